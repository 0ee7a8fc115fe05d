"""Accuse: SANTORIN's answer to one version of a right."""

from typing import Literal
from uuid import UUID

from event_schemas.state import State, Text, Version


class Accuse(State):
    """`motif` says why, without personal data."""

    convocation_id: UUID
    habilitation_version: Version
    decision: Literal["ACCEPTED", "REFUSED"]
    motif: Text | None

    @property
    def aggregate(self) -> str:
        return str(self.convocation_id)
