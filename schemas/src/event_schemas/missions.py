"""MissionCreated, MissionChanged, MissionWithdrawn: the full state of a mission (R8-R11)."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from event_schemas.inscriptions import Voie
from event_schemas.state import AUCUNE, Academie, Body, Code, Count, Session, State, Text, Uai, text_of

MissionType = Literal["CORRECTION", "NUMERISATION"]


class EtablissementMission(Body):
    """Where the mission is."""

    uai: Annotated[Uai, AUCUNE]
    nom: Annotated[Text, AUCUNE]
    commune: Annotated[Text, AUCUNE]
    academie: Annotated[Academie, AUCUNE]


class Mission(State):
    """One épreuve of one établissement to be corrected, or its numérisation."""

    mission_id: Annotated[UUID, AUCUNE]
    session: Annotated[Session, AUCUNE]
    type: Annotated[MissionType, AUCUNE]
    """`NUMERISATION` once per établissement that has a correction."""
    voie: Annotated[Voie, AUCUNE]
    code: Annotated[Code, AUCUNE]
    """The épreuve's code; `NUMERISATION` for the numérisation."""
    libelle: Annotated[Text, AUCUNE]
    candidats: Annotated[Count, AUCUNE]
    date_debut: Annotated[date, AUCUNE]
    """The fictitious date (R11); the real ones are chosen by a person."""
    status: Annotated[Literal["ACTIVE", "WITHDRAWN"], AUCUNE]
    """`WITHDRAWN`: no candidates now; the mission may come back."""
    etablissement: EtablissementMission

    @property
    def aggregate(self) -> str:
        return text_of(self.mission_id)
