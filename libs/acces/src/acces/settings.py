"""The setting by which a service knows who acts."""

from pydantic import AliasChoices, Field, SecretStr

from chassis.settings import ServiceSettings


class AccesSettings(ServiceSettings):
    """What a service needs that asks for acteurs or is one."""

    token_key: SecretStr = Field(
        min_length=32,
        validation_alias=AliasChoices("IMAGIN_TOKEN_KEY", "token_key"),
        description="signs acteur tokens and the session cookie; the four services share it",
    )
