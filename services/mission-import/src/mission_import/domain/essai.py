"""What the closings of a file would change (K.a): the review's differential of each, before anything is written."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from mission_import.domain.differentiel import Bilan, Ligne, Nature, count
from mission_import.domain.inscriptions import Cloture


class Sort(StrEnum):
    """What becomes of a closing: applied, kept for review, replaced by a later one of the file, known, or older."""

    A_APPLIQUER = "A_APPLIQUER"
    A_VALIDER = "A_VALIDER"
    REMPLACEE = "REMPLACEE"
    DEJA_RECUE = "DEJA_RECUE"
    DEPASSEE = "DEPASSEE"


NOUVELLES = (Sort.A_APPLIQUER, Sort.A_VALIDER, Sort.REMPLACEE)


@dataclass(frozen=True, slots=True)
class Essai:
    """One closing of the file, by its line; `lignes` is empty for one that is not new."""

    ligne: int
    cloture: Cloture
    sort: Sort
    lignes: tuple[Ligne, ...] = ()

    @property
    def nouvelle(self) -> bool:
        return self.sort in NOUVELLES

    @property
    def bilan(self) -> Bilan:
        return count(self.lignes)


class BilanFichier(NamedTuple):
    """The numbers of a file that are kept: closings by what became of them, missions by theirs."""

    clotures: Mapping[str, int]
    missions: Bilan

    def en_clair(self) -> dict[str, dict[str, int]]:
        """As it is stored and told."""
        return {"clotures": dict(self.clotures), "missions": self.missions._asdict()}


@dataclass(frozen=True, slots=True)
class Resume:
    """The file in numbers: closings by what becomes of them, missions by theirs (of those not replaced).

    `convoques`: people convoked on missions that would have no candidates any more.
    """

    clotures: Mapping[str, int]
    missions: Bilan
    convoques: int

    @property
    def change(self) -> bool:
        """Whether any closing is new."""
        return change(self.clotures)


def change(sorts: Mapping[str, int]) -> bool:
    """Whether any of these closings, counted by what becomes of them, is new."""
    return any(sorts[one.value] for one in NOUVELLES)


def resumer(essais: Iterable[Essai]) -> Resume:
    sorts: Counter[str] = Counter()
    missions, convoques = Bilan(0, 0, 0, 0), 0
    for one in essais:
        sorts[one.sort.value] += 1
        if one.sort is Sort.REMPLACEE:
            continue
        missions = Bilan(*(a + b for a, b in zip(missions, one.bilan, strict=True)))
        convoques += sum(ligne.convoques for ligne in one.lignes if ligne.nature is Nature.SANS_CANDIDAT)
    return Resume({sort.value: sorts[sort.value] for sort in Sort}, missions, convoques)
