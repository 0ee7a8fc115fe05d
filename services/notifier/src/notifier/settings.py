"""Settings of notifier, prefix `NOTIFIER_`."""

from datetime import time
from email.errors import MessageError
from email.headerregistry import Address
from pathlib import Path
from typing import Annotated, ClassVar, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from acces.cles import Cles
from acces.conservation import SEASON, Durees
from acces.settings import SigningSettings, Trousseau, refuse_shared
from chassis.settings import CaFile
from notifier.domain.retour import verp

_HEURES = r"([01][0-9]|2[0-3]):[0-5][0-9]"
_SCHEMES = {"smtp", "smtps", "smtp+starttls"}


def _can_be_sealed(value: str) -> str:
    """Found at the start, not at the first mail: the tag of a mail leaves eleven characters before the @."""
    try:
        Address(addr_spec=value)
        verp(value, UUID(int=0), Cles([""]))
    except (ValueError, MessageError):  # their sentences quote the value
        raise ValueError("no mail address, or one with more than eleven characters before the @") from None
    return value


def _names_a_server(url: SecretStr) -> SecretStr:
    try:
        parts = urlsplit(url.get_secret_value())
        named = parts.scheme in _SCHEMES and parts.hostname and parts.port != 0
    except ValueError:  # a port that is no number
        named = False
    if not named:
        raise ValueError("a URL is smtp://, smtps:// or smtp+starttls:// with a server")
    return url


class DureesNotifier(Durees):
    """A mail forgotten before its event is off the topic would be sent again when that is read again."""

    model_config = SettingsConfigDict(env_prefix="NOTIFIER_", extra="ignore")

    keep_mails_days: int = Field(default=760, ge=SEASON, le=3_660, description="what became of a mail, once it is over")


class Settings(DureesNotifier, SigningSettings):
    """Exactly one of `mail_dir` (a folder of .eml files) and `smtp_url` says where mails go."""

    model_config = SettingsConfigDict(env_prefix="NOTIFIER_")
    service_name: ClassVar[str] = "notifier"

    convocation_url: str
    mail_dir: Path | None = None
    smtp_url: Annotated[SecretStr, AfterValidator(_names_a_server)] | None = None
    smtp_ca_file: CaFile | None = None
    smtp_rate_per_second: float | None = Field(default=None, ge=0.1, le=10_000)
    smtp_connections: int = Field(default=4, ge=1, le=20, description="to one destination domain never more than one")
    mail_from: str = "IMAG'IN <ne-pas-repondre@imagin.invalid>"
    mail_domain: str = "imagin.invalid"
    mail_batch_size: int = Field(default=250, ge=1, le=500)
    mail_poll_milliseconds: int = Field(default=500, ge=10)
    settle_seconds: float = Field(default=120.0, ge=0, le=3_600, description="a person's changes go out together")
    night: str | None = Field(
        default=None,
        pattern=rf"^{_HEURES}-{_HEURES}$",
        description="no mail then, by the académie's clocks: 20:00-07:00",
    )
    reminder_days: str = Field(default="7,2", pattern=r"^[0-9]{1,2}(,[0-9]{1,2})*$", description="days before; 0: none")
    letter_poll_seconds: float = Field(
        default=10.0, gt=0, description="between two looks for letters to établissements and for changed addresses"
    )
    bounce_address: Annotated[str, AfterValidator(_can_be_sealed)] | None = Field(
        default=None, description="where mails come back to, with a tag of each mail (VERP)"
    )
    bounce_keys: Trousseau | None = Field(default=None, description="seal these tags, so that nobody forges one")
    bounce_dir: Path | None = Field(default=None, description="maildir, or folder of messages, that receives them")
    bounce_poll_seconds: float = Field(default=30.0, gt=0)

    @model_validator(mode="after")
    def _one_way_out(self) -> Self:
        if (self.mail_dir is None) == (self.smtp_url is None):
            raise ValueError("exactly one of NOTIFIER_MAIL_DIR and NOTIFIER_SMTP_URL is needed")
        return self

    @model_validator(mode="after")
    def _tags_are_sealed(self) -> Self:
        if (self.bounce_address or self.bounce_dir) and self.bounce_keys is None:
            raise ValueError("NOTIFIER_BOUNCE_KEYS is needed where mails come back: `openssl rand -base64 32`")
        refuse_shared(self.token_key, {"NOTIFIER_BOUNCE_KEYS": self.bounce_keys})
        return self

    @property
    def mail_host(self) -> str:
        """The mail server's name, of `smtp_url`; « folder » where mails are files."""
        return (self.smtp_url and urlsplit(self.smtp_url.get_secret_value()).hostname) or "folder"

    @property
    def night_hours(self) -> tuple[time, time] | None:
        """From and until."""
        if self.night is None:
            return None
        debut, _, fin = self.night.partition("-")
        return time.fromisoformat(debut), time.fromisoformat(fin)

    @property
    def reminders(self) -> list[int]:
        """Days before the first date, each at least one."""
        return sorted({int(day) for day in self.reminder_days.split(",") if day} - {0})
