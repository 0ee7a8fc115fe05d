"""The setting by which a service knows who acts."""

import os
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr, field_validator

from chassis.settings import ServiceSettings

_EXAMPLE = "CHANGE-ME"
_SHORTEST = 32  # characters
_FEW = 8  # different characters: a random key of 32 hexadecimal digits hardly ever has fewer


class AccesSettings(ServiceSettings):
    """What a service needs that asks for acteurs or is one."""

    token_key: SecretStr = Field(
        validation_alias=AliasChoices("IMAGIN_TOKEN_KEY", "token_key"),
        description="signs acteur tokens and the session cookie; the four services share it",
    )

    @field_validator("token_key")
    @classmethod
    def _nobody_guesses_it(cls, key: SecretStr) -> SecretStr:
        text = key.get_secret_value()
        if _EXAMPLE in text.upper():
            raise ValueError("this is the key of the example: draw one of your own, `openssl rand -base64 32`")
        if len(text) < _SHORTEST:
            raise ValueError("a key of less than 32 characters: draw one, `openssl rand -base64 32`")
        if len(set(text)) < _FEW:
            raise ValueError("a weak key, of few different characters: draw one, `openssl rand -base64 32`")
        return key


class EntreeSettings(AccesSettings):
    """What a service needs besides that lets acteurs in."""

    security_log_file: Path | None = Field(
        default=None, description="security events as JSON lines, for a SIEM; without it they are not written"
    )

    @field_validator("security_log_file")
    @classmethod
    def _can_be_written(cls, file: Path | None) -> Path | None:
        if file and not (os.access(file if file.exists() else file.parent, os.W_OK) and not file.is_dir()):
            raise ValueError("no file can be written there")
        return file
