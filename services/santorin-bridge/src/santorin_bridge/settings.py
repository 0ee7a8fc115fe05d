"""Settings of santorin-bridge, prefix `SANTORIN_BRIDGE_`."""

from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SANTORIN_BRIDGE_")
    service_name: ClassVar[str] = "santorin-bridge"
