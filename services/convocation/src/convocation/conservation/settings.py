"""How many days convocation keeps what, prefix `CONVOCATION_`."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from acces.conservation import SEASON, Durees


class DureesConvocation(Durees):
    """Nothing that a topic may tell again is forgotten before the topic has."""

    model_config = SettingsConfigDict(env_prefix="CONVOCATION_", extra="ignore")

    keep_convocations_days: int = Field(
        default=760, ge=SEASON, le=3_660, description="a convocation, its history and documents, after its last day"
    )
    keep_people_days: int = Field(
        default=760, ge=SEASON, le=3_660, description="who left the directory and has no convocation any more"
    )
    keep_demandes_days: int = Field(default=400, ge=30, le=3_660, description="requests to create somebody, answered")
    keep_avis_days: int = Field(default=401, ge=SEASON, le=3_660, description="what établissements were told by mail")
    keep_rappels_days: int = Field(default=760, ge=30, le=3_660, description="the rectorat's reminders")
    keep_interventions_days: int = Field(
        default=760, ge=30, le=3_660, description="that the rectorat acted for an établissement"
    )
    keep_brouillons_days: int = Field(default=400, ge=30, le=3_660, description="what was prepared and never convoked")
    keep_delegations_days: int = Field(default=760, ge=30, le=3_660, description="delegations and rights that ended")
