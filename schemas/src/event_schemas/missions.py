"""MissionCreated, MissionChanged, MissionWithdrawn: the full state of a mission (R8-R11)."""

from datetime import date
from typing import Literal
from uuid import UUID

from event_schemas.inscriptions import Voie
from event_schemas.state import Academie, Body, Code, Count, Session, State, Text, Uai

MissionType = Literal["CORRECTION", "NUMERISATION"]


class EtablissementMission(Body):
    """Where the mission is."""

    uai: Uai
    nom: Text
    commune: Text
    academie: Academie


class Mission(State):
    """One épreuve of one établissement to be corrected, or its numérisation."""

    mission_id: UUID
    session: Session
    type: MissionType
    """`NUMERISATION` once per établissement that has a correction."""
    voie: Voie
    code: Code
    """The épreuve's code; `NUMERISATION` for the numérisation."""
    libelle: Text
    candidats: Count
    date_debut: date
    """The fictitious date (R11); the real ones are chosen by a person."""
    status: Literal["ACTIVE", "WITHDRAWN"]
    """`WITHDRAWN`: no candidates now; the mission may come back."""
    etablissement: EtablissementMission

    @property
    def aggregate(self) -> str:
        return str(self.mission_id)
