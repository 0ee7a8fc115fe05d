"""AccesChanged: where the right of a convocation stands in SANTORIN."""

from typing import Annotated, Literal
from uuid import UUID

from event_schemas.state import AUCUNE, PSEUDONYME, SITUATION, TEXTE_LIBRE, Motif, State, Version, text_of


class Acces(State):
    """The right as the bridge knows it: on SANTORIN's topic, answered, withdrawn."""

    convocation_id: Annotated[UUID, PSEUDONYME]
    habilitation_version: Annotated[Version, AUCUNE]
    """The version of the right that this is about."""
    convocation_version: Annotated[Version | None, AUCUNE] = None
    """The version of the convocation that the right followed."""
    etat: Annotated[Literal["TRANSMISE", "ACCEPTEE", "REJETEE", "RETIREE"], SITUATION]
    motif: Annotated[Motif | None, TEXTE_LIBRE]
    """Why rejected, without personal data."""

    @property
    def aggregate(self) -> str:
        return text_of(self.convocation_id)
