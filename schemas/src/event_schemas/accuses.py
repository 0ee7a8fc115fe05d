"""Accuse: SANTORIN's answer to one version of a right."""

from typing import Literal
from uuid import UUID

from event_schemas.state import Foreign, Motif, Version


class Accuse(Foreign):
    """SANTORIN applied a version of a right, or refused it."""

    convocation_id: UUID
    habilitation_version: Version
    """The version of the right that is answered."""
    version: Version
    """Of the answer: one more for every answer about this convocation."""
    decision: Literal["ACCEPTED", "REFUSED"]
    motif: Motif | None
    """Why refused, without personal data."""

    @property
    def aggregate(self) -> str:
        return str(self.convocation_id)
