"""IntervenantConvoque, ConvocationChanged, ConvocationCancelled: the full state of a convocation (R14, R15).

No mail address, no telephone, no observation travels (docs/architecture/events.md).
"""

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from event_schemas.inscriptions import Voie
from event_schemas.missions import MissionType
from event_schemas.state import (
    IDENTITE,
    PERSONAL,
    PSEUDONYME,
    SITUATION,
    Academie,
    Body,
    Code,
    Session,
    Short,
    State,
    Text,
    Uai,
    Word,
    text_of,
)


def _sorted_and_unique(dates: list[date]) -> list[date]:
    if any(later <= earlier for earlier, later in pairwise(dates)):
        raise ValueError("dates: must be sorted and unique")
    return dates


class IntervenantRef(Body):
    """The person: number, names, main établissement."""

    numero: Annotated[Short, IDENTITE]
    nom: Annotated[Text, IDENTITE]
    prenom: Annotated[Text, IDENTITE]
    uai: Annotated[Uai, SITUATION]


class MissionRef(Body):
    """The mission, as much as a reader needs to place the right."""

    mission_id: Annotated[UUID, SITUATION]
    session: Annotated[Session, SITUATION]
    type: Annotated[MissionType, SITUATION]
    voie: Annotated[Voie, SITUATION]
    code: Annotated[Code, SITUATION]
    libelle: Annotated[Text, SITUATION]
    uai: Annotated[Uai, SITUATION]
    academie: Annotated[Academie, SITUATION]


class Convocation(State):
    """A person convoked on a mission."""

    convocation_id: Annotated[UUID, PSEUDONYME]
    status: Annotated[Literal["ACTIVE", "CANCELLED"], SITUATION]
    intervenant: IntervenantRef
    mission: MissionRef
    qualite: Annotated[Word | None, SITUATION]
    """COORDINATEUR, COORDINATEUR_ADJOINT, CORRECTEUR or CORRECTEUR_SUPPLEANT (R33); null for a numérisation (R52).
    Not a closed list: readers tolerate values they do not know."""
    qualite_par_defaut: Annotated[bool, SITUATION]
    """Nobody chose a qualité: the person is « Correcteur Santorin » (R34)."""
    profil: Annotated[Text | None, SITUATION]
    """The required profile that the person covers (R47)."""
    dates: Annotated[
        list[date],
        Field(min_length=1, max_length=60, json_schema_extra={"uniqueItems": True, PERSONAL: "situation"}),
        AfterValidator(_sorted_and_unique),
    ]
    """Local days of the académie, sorted."""

    @property
    def aggregate(self) -> str:
        return text_of(self.convocation_id)
