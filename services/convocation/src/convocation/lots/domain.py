"""Acts on several convocations at once, and whom they meet on other missions. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from convocation.convocations.domain import (
    Convocation,
    Saisie,
    annuler,
    modifier,
)
from convocation.convocations.examen import Occupation
from convocation.missions.domain import Mission


class ActeEnLot(StrEnum):
    """What is done to all that are ticked; the values are those of the buttons."""

    DATES = "dates"
    QUALITE = "qualite"
    OBSERVATION = "observation"
    ANNULER = "annuler"
    REMPLACER = "remplacer"
    RELANCER = "relancer"


LIBELLES_ACTES = {
    ActeEnLot.DATES: "Changer la date",
    ActeEnLot.QUALITE: "Changer la qualité",
    ActeEnLot.OBSERVATION: "Changer l’observation",
    ActeEnLot.ANNULER: "Supprimer",
    ActeEnLot.REMPLACER: "Remplacer",
    ActeEnLot.RELANCER: "Relancer",
}


@dataclass(frozen=True, slots=True)
class Changement:
    """What every convocation of the lot becomes; `acte` says which of the others counts."""

    acte: ActeEnLot
    dates: tuple[date, ...] = ()
    qualite: str | None = None
    observation: str = ""
    motif: str = ""

    def of(self, convocation: Convocation, mission: Mission, *, ouvert: bool, aujourdhui: date) -> Convocation:
        """The next version; the same object where nothing changes. Raises a Refus."""
        if self.acte in {ActeEnLot.ANNULER, ActeEnLot.REMPLACER}:
            return annuler(convocation, ouvert=ouvert, motif=self.motif)
        entered = saisie_of(convocation)
        changed = {
            ActeEnLot.DATES: replace(entered, dates=self.dates),
            ActeEnLot.QUALITE: replace(entered, qualite=self.qualite),
            ActeEnLot.OBSERVATION: replace(entered, observation=self.observation),
        }
        return modifier(convocation, mission, ouvert=ouvert, saisie=changed[self.acte], aujourdhui=aujourdhui)


def saisie_of(convocation: Convocation) -> Saisie:
    """What was entered for it."""
    held = convocation.qualite
    chosen = None if held.par_defaut or held.qualite is None else held.qualite.value
    return Saisie(chosen, convocation.dates, convocation.observation)


def meetings(
    lot: Sequence[tuple[str, UUID]], elsewhere: Sequence[Occupation], moved: Sequence[Occupation]
) -> list[Occupation]:
    """Who of the lot (number, mission) is convoked twice a day once it has moved.

    `elsewhere`: where they are convoked today; those of the lot itself leave. `moved`: where the lot will be.
    """
    leaving, seen, found = set(lot), set[tuple[str, date]](), []
    found = [one for one in elsewhere if (one.numero, one.mission_id) not in leaving]
    for one in moved:
        if (one.numero, one.jour) in seen:
            found.append(one)
        seen.add((one.numero, one.jour))
    return found
