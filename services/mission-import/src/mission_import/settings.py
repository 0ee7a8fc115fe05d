"""Settings of mission-import, prefix `MISSION_IMPORT_`."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """One closing makes many missions: smaller batches keep the relay and the next service busy meanwhile."""

    model_config = SettingsConfigDict(env_prefix="MISSION_IMPORT_")
    service_name: ClassVar[str] = "mission-import"

    kafka_batch_max_records: int = Field(default=200, ge=1, le=10_000)
