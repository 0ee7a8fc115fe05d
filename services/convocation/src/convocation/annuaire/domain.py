"""An intervenant of the directory (R57): someone who may be convoked. Names that are near (R35)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from rapidfuzz import process
from rapidfuzz.distance import OSA

_SHORTEST = 4  # a shorter word with another letter is another word


@dataclass(frozen=True, slots=True)
class Indisponibilite:
    """First and last day, both included."""

    # The reason is not kept: it may be about health.

    debut: date
    fin: date


@dataclass(frozen=True, slots=True)
class Intervenant:
    """`uai` is the main post; `uais_secondaires` the others; `disciplines` are codes.

    `profils`: required profiles (R47) the person covers beyond what her disciplines say. `id` stands in addresses
    instead of the number; the database gives it.
    """

    numero: str
    civilite: str
    nom: str
    prenom: str
    courriel: str
    uai: str
    uais_secondaires: tuple[str, ...]
    disciplines: tuple[str, ...]
    academie: str
    actif: bool = True
    stagiaire: bool = False
    profils: tuple[str, ...] = ()
    indisponibilites: tuple[Indisponibilite, ...] = ()
    version: int = 1
    id: UUID | None = field(default=None, compare=False)

    def absent(self, dates: Sequence[date]) -> list[date]:
        """Those of `dates` on which the person is not available."""
        return [day for day in dates if any(one.debut <= day <= one.fin for one in self.indisponibilites)]


def mots_proches(typed: Sequence[str], existing: Sequence[str]) -> list[str]:
    """For each typed word: itself where an existing word begins so, else the existing word one letter away (R35).

    One letter more, less, other, or two swapped. Empty where one word has neither.
    """
    near = [_proche(word, existing) for word in typed]
    return [] if None in near else [word for word in near if word is not None]


def _proche(word: str, existing: Sequence[str]) -> str | None:
    if any(other.startswith(word) for other in existing):
        return word
    if len(word) < _SHORTEST:
        return None
    found = process.extractOne(word, existing, scorer=OSA.distance, score_cutoff=1)
    return str(found[0]) if found else None


def noms_proches(une: str, autre: str) -> bool:
    """Whether two folded names may be one person's: a letter apart, in another order, or with one name more."""
    if OSA.distance(une, autre, score_cutoff=1) <= 1:
        return True
    fewer, more = sorted((set(une.split()), set(autre.split())), key=len)
    return len(fewer) > 1 and fewer <= more
