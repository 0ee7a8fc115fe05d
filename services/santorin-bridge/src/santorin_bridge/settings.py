"""Settings of santorin-bridge, prefix `SANTORIN_BRIDGE_`."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """`stale_after_seconds`: the check of rights answers 503 when it knows less than what was told so long ago."""

    model_config = SettingsConfigDict(env_prefix="SANTORIN_BRIDGE_")
    service_name: ClassVar[str] = "santorin-bridge"

    convocation_url: str = Field(pattern=r"^https?://")
    stale_after_seconds: float = Field(default=30.0, gt=0)
    reconcile_minutes: float = Field(default=10.0, gt=0)
    reconcile_settle_seconds: float = Field(default=5.0, ge=0)
