"""The settings by which a service knows who acts, shows who it is, and the keys that it seals with."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, field_validator, model_validator

from acces.cle_partagee import SharedKey
from acces.cles import Cles
from acces.jetons import ISSUERS, TRIAL, Issuers, Signer
from chassis.settings import THIS_MACHINE, ServiceSettings, variable_of

_EXAMPLE = "CHANGE-ME"
_SHORTEST = 32  # characters
_FEW = 8  # different characters: a random key of 32 hexadecimal digits hardly ever has fewer


def _nobody_guesses(key: str) -> None:
    if _EXAMPLE in key.upper():
        raise ValueError("this is the key of the example: draw one of your own, `openssl rand -base64 32`")
    if len(key) < _SHORTEST:
        raise ValueError("a key of less than 32 characters: draw one, `openssl rand -base64 32`")
    if len(set(key)) < _FEW:
        raise ValueError("a weak key, of few different characters: draw one, `openssl rand -base64 32`")


def _keys(setting: SecretStr) -> list[str]:
    parts = re.split(r"[,\n]", setting.get_secret_value())
    return [key for part in parts if (key := part.strip())]


def _nobody_guesses_any(setting: SecretStr) -> SecretStr:
    for key in _keys(setting) or [""]:
        _nobody_guesses(key)
    return setting


Trousseau = Annotated[SecretStr, AfterValidator(_nobody_guesses_any)]
"""The keys of one purpose, with commas or a line each: the first seals, all are read."""


def cles(setting: SecretStr) -> Cles:
    """The keys of a `Trousseau`."""
    return Cles(_keys(setting))


def refuse_shared(token_key: SecretStr | None, purposes: Mapping[str, SecretStr | None]) -> None:
    """Raises ValueError where the key that seals for one of `purposes` is held for another, or is `token_key`.

    Old keys may be the same: there was one key for all before 0035. `purposes` are named by their variables.
    """
    held = {name: _keys(setting) for name, setting in purposes.items() if setting}
    elsewhere = held | ({"IMAGIN_TOKEN_KEY": [token_key.get_secret_value()]} if token_key else {})
    for name, (first, *_) in held.items():
        for other, keys in elsewhere.items():
            if other != name and first in keys:
                raise ValueError(f"{name}: it seals with a key of {other}: draw one of its own")


class AccesSettings(ServiceSettings):
    """What a service needs that asks for acteurs."""

    issuers: dict[str, str] = Field(
        default={},
        validation_alias=AliasChoices("IMAGIN_ISSUERS", "issuers"),
        description='whose tokens are believed: {"notifier": "https://…/.well-known/jwks.json", "imagin": "/x.json"}',
    )
    token_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("IMAGIN_TOKEN_KEY", "token_key"),
        description="the one key of the release before: believed, and used by who has no other, while it is given",
    )

    @field_validator("issuers")
    @classmethod
    def _known(cls, issuers: dict[str, str]) -> dict[str, str]:
        if unknown := sorted(set(issuers) - set(ISSUERS)):
            raise ValueError(f"{unknown[0]!r} is none of {', '.join(ISSUERS)}")
        return issuers

    @model_validator(mode="after")
    def _no_trial(self) -> Self:
        """Whoever has the key of a trial is anybody."""
        if TRIAL in self.issuers and self.http_host not in THIS_MACHINE:
            raise ValueError(f"IMAGIN_ISSUERS names « {TRIAL} », the demo's issuer, where others reach this service")
        return self

    @field_validator("token_key")
    @classmethod
    def _nobody_guesses_it(cls, key: SecretStr | None) -> SecretStr | None:
        if key:
            _nobody_guesses(key.get_secret_value())
        return key

    @property
    def shared_key(self) -> SharedKey | None:
        return SharedKey(self.token_key.get_secret_value()) if self.token_key else None

    def believed(self) -> Issuers:
        """Whose tokens this service believes."""
        return Issuers(self.issuers, audience=self.service_name, shared=self.shared_key)


class SigningSettings(AccesSettings):
    """What a service needs besides that shows who it is."""

    signing_keys: SecretStr | None = Field(
        default=None, description="a private JWK Set (`imagin-ops keys create`): the first key signs, all are published"
    )
    service_name: ClassVar[str]

    @field_validator("signing_keys")
    @classmethod
    def _are_keys(cls, keys: SecretStr | None) -> SecretStr | None:
        if keys is not None:
            if _EXAMPLE in keys.get_secret_value().upper():
                raise ValueError("this is the key of the example: draw one of your own, `imagin-ops keys create`")
            Signer(cls.service_name, keys.get_secret_value())
        return keys

    @model_validator(mode="after")
    def _can_sign(self) -> Self:
        if self.signing_keys is None and self.token_key is None:
            name = variable_of(type(self), "signing_keys")
            raise ValueError(f"{name} is not given: `imagin-ops keys create` draws them")
        return self

    @property
    def signer(self) -> Signer | None:
        """With the service's own keys; None where it has only the shared one."""
        return Signer(self.service_name, self.signing_keys.get_secret_value()) if self.signing_keys else None

    @property
    def signs(self) -> Signer | SharedKey:
        found = self.signer or self.shared_key
        assert found is not None  # _can_sign
        return found

    def believed(self) -> Issuers:
        own: dict[str, Any] = self.signer.issuers if self.signer else {}
        return Issuers(self.issuers, audience=self.service_name, own=own, shared=self.shared_key)


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
