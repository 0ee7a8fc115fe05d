"""Settings of convocation, prefix `CONVOCATION_`."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import AliasChoices, Field
from pydantic_settings import SettingsConfigDict

from acces.settings import AccesSettings


class Settings(AccesSettings):
    """`public_url` is how people reach the pages: it stands in QR codes, and `https` makes the cookie secure."""

    model_config = SettingsConfigDict(env_prefix="CONVOCATION_")
    service_name: ClassVar[str] = "convocation"

    public_url: str = Field(default="http://localhost:8000", pattern=r"^https?://[^/]+$")
    imports_url: str | None = Field(
        default=None, pattern=r"^https?://[^/]+$", description="mission-import's pages, for the rectorat's menu"
    )
    link_days: int = Field(default=30, ge=0, le=3_650, description="a mail's link holds so long after the last date")
    calendar_organizer: str = Field(default="ne-pas-repondre@imagin.invalid", pattern=r"^[^@\s]+@[^@\s]+$")
    lot_copies: int = Field(default=35, ge=1, le=1_000)
    development_sign_in: bool = False
    santorin_silence_minutes: int = Field(
        default=60, ge=0, description="a page tells that SANTORIN has not answered for so long; 0: never"
    )
    santorin_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/]+(/\S*)?$",
        description="where SANTORIN is entered; {acces} becomes correction, suivi or numerisation",
    )
    theme: Literal["imagin", "dsfr"] = Field(
        default="imagin", validation_alias=AliasChoices("IMAGIN_THEME", "theme"), description="the skin of the pages"
    )
    dsfr_dir: Path | None = Field(default=None, validation_alias=AliasChoices("IMAGIN_DSFR_DIR", "dsfr_dir"))
