"""Where the console listens, who may read it, and where its runbook is."""

import secrets
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import THIS_MACHINE, SecretSettings

_SHORTEST = 16


class ConsoleSettings(SecretSettings):
    """Settings of `imagin-ops console`; CONSOLE_PASSWORD may come from the file that CONSOLE_PASSWORD_FILE names."""

    model_config = SettingsConfigDict(env_prefix="CONSOLE_")

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8090, ge=1, le=65_535)
    # Addresses or networks of the proxies whose X-Forwarded-For is believed, with commas: who guesses has an address.
    http_trusted_proxies: str = ""
    # Of the user « exploitation ». Without one only this machine is listened to, as at the ports of measures.
    password: SecretStr | None = None
    # A copy of docs/exploitation/alertes.md: the console shows the section of each alert.
    runbook_file: Path | None = None

    @field_validator("password")
    @classmethod
    def _cannot_be_guessed(cls, password: SecretStr | None) -> SecretStr | None:
        if password and len(password.get_secret_value()) < _SHORTEST:
            raise ValueError(f"{_SHORTEST} characters at least")
        return password

    @field_validator("runbook_file")
    @classmethod
    def _can_be_read(cls, file: Path | None) -> Path | None:
        if file and not file.is_file():
            raise ValueError("there is no such file")
        return file

    @model_validator(mode="after")
    def _strangers_give_a_password(self) -> Self:
        if self.http_host not in THIS_MACHINE and not self.password:
            raise ValueError("CONSOLE_PASSWORD: needed where others than this machine are listened to")
        return self

    def admits(self, user: str, password: str) -> bool:
        """Whether this is the user « exploitation » with the password; anybody where there is none."""
        if self.password is None:
            return True
        given = f"{user}:{password}".encode()
        return secrets.compare_digest(given, f"exploitation:{self.password.get_secret_value()}".encode())
