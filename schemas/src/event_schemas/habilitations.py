"""Habilitation: who may do what in SANTORIN, complete state per convocation (R15-R18, D19-D22)."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from event_schemas.convocations import IntervenantRef, MissionRef
from event_schemas.state import AUCUNE, PSEUDONYME, SITUATION, State, Version, Word, text_of


class Habilitation(State):
    """Keep the highest version of each key; an unknown key is no right. `REVOKED` is a value, never a tombstone."""

    convocation_id: Annotated[UUID, PSEUDONYME]
    convocation_version: Annotated[Version, AUCUNE]
    """The version of the convocation that the right follows from."""
    status: Annotated[Literal["GRANTED", "REVOKED"], SITUATION]
    role: Annotated[Word, SITUATION]
    """COORDINATEUR, COORDINATEUR_ADJOINT, CORRECTEUR, CORRECTEUR_SUPPLEANT or NUMERISATION.
    Not a closed list: a role that the reader does not know gives no right."""
    role_par_defaut: Annotated[bool, SITUATION]
    """Nobody chose a qualité: « Correcteur Santorin » (R34)."""
    intervenant: IntervenantRef
    mission: MissionRef
    valide_du: Annotated[date, SITUATION]
    """First day of the right, local to the académie."""
    valide_au: Annotated[date | None, SITUATION]
    """Last day of the right; null where it has no end."""

    @property
    def aggregate(self) -> str:
        return text_of(self.convocation_id)
