"""Settings of convocation, prefix `CONVOCATION_`."""

from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="CONVOCATION_")
    service_name: ClassVar[str] = "convocation"
