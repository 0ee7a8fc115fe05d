"""Progress of a session by day: people convoked, of them who has read and whom SANTORIN accepted (R18, 0063)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple


class Groupement(StrEnum):
    """What the table compares."""

    ACADEMIE = "academie"
    DEPARTEMENT = "departement"


class Mesure(StrEnum):
    """What a curve counts: convocations that are in force on missions that have candidats."""

    CONVOQUES = "convoques"
    LUS = "lus"
    ACCEPTES = "acceptes"


LIBELLES_MESURES = {
    Mesure.CONVOQUES: "Convocations",
    Mesure.LUS: "Lues",
    Mesure.ACCEPTES: "Acceptées par SANTORIN",
}


@dataclass(slots=True)  # not frozen: two thousand of a page take a third of the time
class Comptes:
    """At the end of a day, or now. `attendus`: the people that the missions need, as the coverage estimates them."""

    attendus: int = 0
    convoques: int = 0
    lus: int = 0
    acceptes: int = 0

    def __add__(self, other: "Comptes") -> "Comptes":
        return Comptes(
            self.attendus + other.attendus,
            self.convoques + other.convoques,
            self.lus + other.lus,
            self.acceptes + other.acceptes,
        )

    def of(self, mesure: Mesure) -> int:
        return {Mesure.CONVOQUES: self.convoques, Mesure.LUS: self.lus, Mesure.ACCEPTES: self.acceptes}[mesure]


class Jour(NamedTuple):
    """One day of one group (an académie's code, or a département's)."""

    jour: date
    cle: str
    comptes: Comptes


@dataclass(frozen=True, slots=True)
class Suite:
    """What one group, or all of them, came to day by day, the first day first."""

    points: Sequence[tuple[date, Comptes]]

    @property
    def dernier(self) -> Comptes:
        return self.points[-1][1] if self.points else Comptes()

    def shifted(self, days: int) -> "Suite":
        """The same, `days` later: a session laid over another one."""
        return Suite([(jour + timedelta(days=days), comptes) for jour, comptes in self.points])

    def at(self, jour: date) -> Comptes | None:
        """What was counted by the end of `jour`; None before the first day."""
        return next((comptes for seen, comptes in reversed(self.points) if seen <= jour), None)


def par_groupe(jours: Iterable[Jour]) -> dict[str, Suite]:
    """A series a group; `jours` in order of days."""
    found: dict[str, list[tuple[date, Comptes]]] = {}
    for one in jours:
        found.setdefault(one.cle, []).append((one.jour, one.comptes))
    return {cle: Suite(points) for cle, points in found.items()}


def ensemble(jours: Iterable[Jour]) -> Suite:
    """All groups together; `jours` in order of days, each group on each day from its first one."""
    found: dict[date, Comptes] = {}
    for one in jours:
        found[one.jour] = found.get(one.jour, Comptes()) + one.comptes
    return Suite(list(found.items()))


def shift(avant: Suite, avant_fin: date | None, suite: Suite, fin: date | None) -> int:
    """By how many days the last session is laid over this one: deadline on deadline, else first day on first day."""
    if avant_fin and fin:
        return (fin - avant_fin).days
    first = [next((jour for jour, comptes in one.points if comptes.convoques), None) for one in (avant, suite)]
    return (first[1] - first[0]).days if first[0] and first[1] else 0
