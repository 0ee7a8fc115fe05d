"""Habilitation: who may do what in SANTORIN, complete state per convocation (R15-R18, D19-D22)."""

from datetime import date
from typing import Literal
from uuid import UUID

from event_schemas.convocations import IntervenantRef, MissionRef
from event_schemas.state import State, Version, Word


class Habilitation(State):
    """Keep the highest version of each key; an unknown key is no right. `REVOKED` is a value, never a tombstone."""

    convocation_id: UUID
    convocation_version: Version
    """The version of the convocation that the right follows from."""
    status: Literal["GRANTED", "REVOKED"]
    role: Word
    """COORDINATEUR, COORDINATEUR_ADJOINT, CORRECTEUR, CORRECTEUR_SUPPLEANT or NUMERISATION.
    Not a closed list: a role that the reader does not know gives no right."""
    role_par_defaut: bool
    """Nobody chose a qualité: « Correcteur Santorin » (R34)."""
    intervenant: IntervenantRef
    mission: MissionRef
    valide_du: date
    """First day of the right, local to the académie."""
    valide_au: date | None
    """Last day of the right; null where it has no end."""

    @property
    def aggregate(self) -> str:
        return str(self.convocation_id)
