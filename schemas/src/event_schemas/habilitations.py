"""Habilitation: who may do what in SANTORIN, complete state per convocation (R15–R18, D19–D22)."""

from datetime import date
from typing import Literal
from uuid import UUID

from event_schemas.convocations import IntervenantRef, MissionRef
from event_schemas.state import State, Text, Version


class Habilitation(State):
    """Keep the highest version of each key; an unknown key is no right. REVOKED is a value, never a tombstone.

    `role`: COORDINATEUR, COORDINATEUR_ADJOINT, CORRECTEUR, CORRECTEUR_SUPPLEANT, NUMERISATION.
    """

    convocation_id: UUID
    convocation_version: Version
    status: Literal["GRANTED", "REVOKED"]
    role: Text
    role_par_defaut: bool
    intervenant: IntervenantRef
    mission: MissionRef
    valide_du: date
    valide_au: date | None

    @property
    def aggregate(self) -> str:
        return str(self.convocation_id)
