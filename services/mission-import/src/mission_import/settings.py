"""Settings of mission-import, prefix `MISSION_IMPORT_`."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import AliasChoices, Field
from pydantic_settings import SettingsConfigDict

from acces.settings import EntreeSettings


class Settings(EntreeSettings):
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
    theme: Literal["imagin", "dsfr"] = Field(
        default="imagin", validation_alias=AliasChoices("IMAGIN_THEME", "theme"), description="the skin of the pages"
    )
    dsfr_dir: Path | None = Field(default=None, validation_alias=AliasChoices("IMAGIN_DSFR_DIR", "dsfr_dir"))
