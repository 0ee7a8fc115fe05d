"""How many days santorin-bridge keeps what, prefix `SANTORIN_BRIDGE_`. All its settings take long to import."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from acces.conservation import SEASON, Durees


class DureesBridge(Durees):
    """A right goes after its convocation: that goes 760 days after its last day, which is a school year off at most."""

    model_config = SettingsConfigDict(env_prefix="SANTORIN_BRIDGE_", extra="ignore")

    keep_rights_days: int = Field(
        default=1_100, ge=SEASON, le=3_660, description="a right and its answer, after its last change"
    )
