"""AccesChanged: where the right of a convocation stands in SANTORIN."""

from typing import Literal
from uuid import UUID

from event_schemas.state import State, Text, Version


class Acces(State):
    """`motif` says why, without personal data."""

    convocation_id: UUID
    habilitation_version: Version
    etat: Literal["TRANSMISE", "ACCEPTEE", "REJETEE", "RETIREE"]
    motif: Text | None

    @property
    def aggregate(self) -> str:
        return str(self.convocation_id)
