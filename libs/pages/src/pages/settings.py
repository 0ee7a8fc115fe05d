"""The settings of a service with pages: their skin."""

from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, Field, model_validator

from acces.settings import EntreeSettings

Theme = Literal["imagin", "dsfr"]


class PagesSettings(EntreeSettings):
    """What a service needs that shows pages to acteurs."""

    theme: Theme = Field(
        default="imagin", validation_alias=AliasChoices("IMAGIN_THEME", "theme"), description="the skin of the pages"
    )
    dsfr_dir: Path | None = Field(default=None, validation_alias=AliasChoices("IMAGIN_DSFR_DIR", "dsfr_dir"))

    @model_validator(mode="after")
    def _skin_is_there(self) -> Self:
        if self.theme == "dsfr" and not (self.dsfr_dir and (self.dsfr_dir / "dsfr.min.css").is_file()):
            raise ValueError("IMAGIN_DSFR_DIR: the theme dsfr needs the official `dist` folder with its dsfr.min.css")
        return self
