"""Accuse: SANTORIN's answer to one version of a right."""

from typing import Annotated, Literal
from uuid import UUID

from event_schemas.state import AUCUNE, PSEUDONYME, SITUATION, TEXTE_LIBRE, Foreign, Motif, Version, text_of


class Accuse(Foreign):
    """SANTORIN applied a version of a right, or refused it."""

    convocation_id: Annotated[UUID, PSEUDONYME]
    habilitation_version: Annotated[Version, AUCUNE]
    """The version of the right that is answered."""
    version: Annotated[Version, AUCUNE]
    """Of the answer: one more for every answer about this convocation."""
    decision: Annotated[Literal["ACCEPTED", "REFUSED"], SITUATION]
    motif: Annotated[Motif | None, TEXTE_LIBRE]
    """Why refused, without personal data."""

    @property
    def aggregate(self) -> str:
        return text_of(self.convocation_id)
