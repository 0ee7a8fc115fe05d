"""AccesChanged: where the right of a convocation stands in SANTORIN."""

from typing import Literal
from uuid import UUID

from event_schemas.state import Motif, State, Version


class Acces(State):
    """The right as the bridge knows it: on SANTORIN's topic, answered, withdrawn."""

    convocation_id: UUID
    habilitation_version: Version
    """The version of the right that this is about."""
    convocation_version: Version | None = None
    """The version of the convocation that the right followed."""
    etat: Literal["TRANSMISE", "ACCEPTEE", "REJETEE", "RETIREE"]
    motif: Motif | None
    """Why rejected, without personal data."""

    @property
    def aggregate(self) -> str:
        return str(self.convocation_id)
