"""The settings by which a service knows who acts, and the keys it seals with."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, field_validator

from acces.cles import Cles
from chassis.settings import ServiceSettings

_EXAMPLE = "CHANGE-ME"
_FEW = 8  # different characters: a random key of 32 hexadecimal digits hardly ever has fewer
_LONG = 32


def _nobody_guesses(key: str) -> None:
    if _EXAMPLE in key.upper():
        raise ValueError("this is the key of the example: draw one of your own, `openssl rand -base64 32`")
    if len(set(key)) < _FEW:
        raise ValueError("a weak key, of few different characters: draw one, `openssl rand -base64 32`")


def _keys(setting: SecretStr) -> list[str]:
    parts = re.split(r"[,\n]", setting.get_secret_value())
    return [key for part in parts if (key := part.strip())]


def _nobody_guesses_any(setting: SecretStr) -> SecretStr:
    keys = _keys(setting)
    if not keys or min(map(len, keys)) < _LONG:
        raise ValueError(f"a key has {_LONG} characters or more; commas or line ends stand between several")
    for key in keys:
        _nobody_guesses(key)
    return setting


Trousseau = Annotated[SecretStr, AfterValidator(_nobody_guesses_any)]
"""The keys of one purpose, with commas or a line each: the first seals, all are read."""


def cles(setting: SecretStr) -> Cles:
    """The keys of a `Trousseau`."""
    return Cles(_keys(setting))


def refuse_shared(token_key: SecretStr, **purposes: SecretStr | None) -> None:
    """Raises ValueError where the key that seals for one of `purposes` is held for another, or is the tokens' key.

    Old keys may be the same: there was one key for all before 0035.
    """
    held = {"token_key": [token_key.get_secret_value()]}
    held |= {name: _keys(setting) for name, setting in purposes.items() if setting}
    for name, (first, *_) in held.items():
        others = [other for other, keys in held.items() if other != name and first in keys]
        if name != "token_key" and others:
            raise ValueError(f"{name} seals with a key of {others[0]}: draw one of its own, `openssl rand -base64 32`")


class AccesSettings(ServiceSettings):
    """What a service needs that asks for acteurs or is one."""

    token_key: SecretStr = Field(
        min_length=_LONG,
        validation_alias=AliasChoices("IMAGIN_TOKEN_KEY", "token_key"),
        description="signs acteur tokens and the session cookie; the four services share it",
    )

    @field_validator("token_key")
    @classmethod
    def _nobody_guesses_it(cls, key: SecretStr) -> SecretStr:
        _nobody_guesses(key.get_secret_value())
        return key


class EntreeSettings(AccesSettings):
    """What a service needs besides that lets acteurs in."""

    security_log_file: Path | None = Field(
        default=None, description="security events as JSON lines, for a SIEM; without it they are not written"
    )
