"""Settings of mission-import, prefix `MISSION_IMPORT_`."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from acces.conservation import SEASON, Durees
from pages.settings import PagesSettings


class DureesImport(Durees):
    """Who is convoked where is known by the convocation's id, until the mission is over."""

    model_config = SettingsConfigDict(env_prefix="MISSION_IMPORT_", extra="ignore")

    keep_convocations_days: int = Field(default=760, ge=SEASON, le=3_660, description="that somebody was convoked")


class Settings(DureesImport, PagesSettings):
    """One closing makes many missions: smaller batches keep the relay and the next service busy meanwhile."""

    model_config = SettingsConfigDict(env_prefix="MISSION_IMPORT_")
    service_name: ClassVar[str] = "mission-import"

    kafka_batch_max_records: int = Field(default=200, ge=1, le=10_000)
    convocation_url: str | None = Field(
        default=None, pattern=r"^https?://[^/]+$", description="where people sign in; the menu leads there"
    )
    public_url: str | None = Field(
        default=None, pattern=r"^https?://[^/]+$", description="how browsers reach the pages of imports"
    )
    # Of a person, by process; beyond: 429. Lists, and files read, looked at or imported.
    search_per_second: int = Field(default=5, ge=1, le=10_000)
    search_burst: int = Field(default=60, ge=1, le=100_000)
    file_per_second: int = Field(default=2, ge=1, le=10_000)
    file_burst: int = Field(default=60, ge=1, le=100_000)
