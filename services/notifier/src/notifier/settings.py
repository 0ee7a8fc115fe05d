"""Settings of notifier, prefix `NOTIFIER_`."""

from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Exactly one of `mail_dir` (a folder of .eml files) and `smtp_url` says where mails go."""

    model_config = SettingsConfigDict(env_prefix="NOTIFIER_")
    service_name: ClassVar[str] = "notifier"

    convocation_url: str
    mail_dir: Path | None = None
    smtp_url: SecretStr | None = None
    mail_from: str = "IMAG'IN <ne-pas-repondre@imagin.invalid>"
    mail_domain: str = "imagin.invalid"
    mail_batch_size: int = Field(default=200, ge=1, le=500)
    mail_poll_milliseconds: int = Field(default=500, ge=10)

    @model_validator(mode="after")
    def _one_way_out(self) -> Self:
        if (self.mail_dir is None) == (self.smtp_url is None):
            raise ValueError("exactly one of NOTIFIER_MAIL_DIR and NOTIFIER_SMTP_URL is needed")
        return self
