"""What was typed into a form, shown again when it is refused; and the bodies that programs send."""

import datetime
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from pydantic import Field
from starlette.datastructures import FormData

from convocation.commun.refus import Refus
from convocation.commun.refusals import errors_of
from convocation.commun.schemas import Corps, Numero, Texte
from convocation.convocations.domain import Qualite, Saisie
from convocation.convocations.refus import CoordinateurNonCoche, DateIllisible, DatePassee, TropDePersonnes
from pages.forms import text, texts, whole_number

MAX_PEOPLE, _MAX_DATES = 500, 60


@dataclass(slots=True)
class Saisies:
    """Fields of « Détails de l'affectation » and of « Modifier la convocation »; `action`: the button pressed.

    `affiches`: the numbers shown for the discipline, `numeros`: those ticked, `lus`: the warnings shown.
    `coordinateur`: the number of the one among them who is convoked as such.
    """

    action: str = ""
    cle: str = ""
    discipline: str = ""
    nom: str = ""
    affiches: list[str] = field(default_factory=list)
    numeros: list[str] = field(default_factory=list)
    qualite: str = ""
    coordinateur: str = ""
    dates: list[str] = field(default_factory=lambda: [""])
    observation: str = ""
    motif: str = ""
    lus: list[str] = field(default_factory=list)
    version: int = 0

    def saisie(self) -> Saisie:
        """Raises DateIllisible, TropDePersonnes, CoordinateurNonCoche; the domain judges the rest."""
        if len(self.numeros) > MAX_PEOPLE:
            raise TropDePersonnes
        if self.coordinateur and self.coordinateur not in self.numeros:
            raise CoordinateurNonCoche
        dates = tuple(read_date(text) for text in self.dates if text)
        other = {self.coordinateur: Qualite.COORDINATEUR.value} if self.coordinateur else {}
        return Saisie(self.qualite or None, dates, self.observation, other)

    def erreurs(self, refus: Refus | None) -> list[dict[str, str]]:
        """The sentence of a refusal and its field; a past date's is the one that it was typed into."""
        found = errors_of(refus)
        if isinstance(refus, DatePassee):
            passees = {day.isoformat() for day in refus.jours}
            champs = [f"date-{rank}" for rank, typed in enumerate(self.dates, 1) if typed in passees]
            found = [one | {"champ": champs[0]} for one in found if champs]
        return found


def read_date(text: str) -> date:
    """The date of a field. Raises DateIllisible."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DateIllisible from None


def read_saisies(form: FormData) -> Saisies:
    """Texts of the form, without files and U+0000; the domain refuses the ones that are too long."""
    version = text(form, "version")
    return Saisies(
        action=text(form, "action"),
        cle=text(form, "cle")[:100],
        discipline=text(form, "discipline")[:100],
        nom=text(form, "nom")[:100],
        affiches=texts(form, "affiches"),
        numeros=list(dict.fromkeys(texts(form, "numeros")))[: MAX_PEOPLE + 1],
        qualite=text(form, "qualite"),
        coordinateur=text(form, "coordinateur")[:50],
        dates=texts(form, "dates")[:_MAX_DATES] or [""],
        observation=text(form, "observation"),
        motif=text(form, "motif"),
        lus=texts(form, "lus"),
        version=whole_number(version),
    )


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
