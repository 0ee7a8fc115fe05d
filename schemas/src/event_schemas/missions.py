"""MissionCreated, MissionChanged, MissionWithdrawn: the full state of a mission (R8–R11)."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from event_schemas.inscriptions import Session, Voie
from event_schemas.state import MAX_INT, Academie, Body, Code, State, Text


class EtablissementMission(Body):
    """Where the mission is."""

    uai: Text
    nom: Text
    commune: Text
    academie: Academie


class Mission(State):
    """`date_debut` is the fictitious one (R11); WITHDRAWN means no candidates now."""

    mission_id: UUID
    session: Session
    type: Literal["CORRECTION", "NUMERISATION"]
    voie: Voie
    code: Code
    libelle: Text
    candidats: Annotated[int, Field(ge=0, le=MAX_INT)]
    date_debut: date
    status: Literal["ACTIVE", "WITHDRAWN"]
    etablissement: EtablissementMission

    @property
    def aggregate(self) -> str:
        return str(self.mission_id)
