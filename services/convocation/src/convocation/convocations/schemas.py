"""Request bodies of convoking, changing and cancelling."""

import datetime
from typing import Annotated

from pydantic import Field

from convocation.commun.schemas import Corps, Numero, Texte
from convocation.convocations.domain import Saisie


class SaisieIn(Corps):
    """« Détails de l'affectation » without its people."""

    qualite: str | None = None
    dates: list[datetime.date] = Field(
        default_factory=list,
        max_length=60,
        description="the académie’s day or later, else 422 `date-passee`; one that it has already may stay",
    )
    observation: Texte = ""

    def saisie(self) -> Saisie:
        return Saisie(self.qualite, tuple(self.dates), self.observation)


class ConvoquerIn(SaisieIn):
    """« Convoquer »: a list of people with one entry (K.i)."""

    intervenants: Annotated[list[Numero], Field(max_length=500)]


class AnnulerIn(Corps):
    motif: Texte
