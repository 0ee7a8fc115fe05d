"""IntervenantConvoque, ConvocationChanged, ConvocationCancelled: the full state of a convocation (R14, R15).

No mail address, no telephone, no observation travels (design.md).
"""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from event_schemas.inscriptions import Session, Voie
from event_schemas.state import Academie, Body, Code, State, Text


def _sorted_and_unique(dates: list[date]) -> list[date]:
    if dates != sorted(set(dates)):
        raise ValueError("dates: must be sorted and unique")
    return dates


class IntervenantRef(Body):
    """The person: number, names, main établissement."""

    numero: Text
    nom: Text
    prenom: Text
    uai: Text


class MissionRef(Body):
    """The mission, as much as a reader needs to place the right."""

    mission_id: UUID
    session: Session
    type: Literal["CORRECTION", "NUMERISATION"]
    voie: Voie
    code: Code
    libelle: Text
    uai: Text
    academie: Academie


class Convocation(State):
    """`qualite`: COORDINATEUR, COORDINATEUR_ADJOINT, CORRECTEUR, CORRECTEUR_SUPPLEANT (R33), null for a
    numérisation (R52); readers tolerate values they do not know. `profil`: the required profile covered (R47)."""

    convocation_id: UUID
    status: Literal["ACTIVE", "CANCELLED"]
    intervenant: IntervenantRef
    mission: MissionRef
    qualite: Text | None
    qualite_par_defaut: bool
    profil: Text | None
    dates: Annotated[list[date], Field(min_length=1, max_length=60), AfterValidator(_sorted_and_unique)]

    @property
    def aggregate(self) -> str:
        return str(self.convocation_id)
