"""An intervenant of the directory (R57): someone who may be convoked. Names that are near (R35)."""

import string
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from rapidfuzz.distance import OSA

_SHORTEST = 4  # a shorter word with another letter is another word
_LETTERS = string.ascii_uppercase + string.digits  # of folded words, but for those of another script


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


def voisins(word: str) -> set[str]:
    """Every word one letter away: one letter more, less, other, or two swapped. None of a short word."""
    if len(word) < _SHORTEST:
        return set()
    parts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    found = {head + tail[1:] for head, tail in parts if tail}
    found |= {head + tail[1] + tail[0] + tail[2:] for head, tail in parts if len(tail) > 1}
    found |= {head + letter + tail[1:] for head, tail in parts if tail for letter in _LETTERS}
    found |= {head + letter + tail for head, tail in parts for letter in _LETTERS}
    return found - {word}


def mots_proches(typed: Sequence[str], begun: Collection[str], near: Sequence[str]) -> list[str]:
    """For each typed word: itself where it is one of `begun`, else the first of `near` one letter away (R35).

    `begun`: those of `typed` that a word of somebody begins with; `near`: words of people. Empty where one has neither.
    """
    found = [_proche(word, begun, near) for word in typed]
    return [] if None in found else [word for word in found if word is not None]


def _proche(word: str, begun: Collection[str], near: Sequence[str]) -> str | None:
    if word in begun:
        return word
    wanted = voisins(word)
    return next((other for other in near if other in wanted), None)


def noms_proches(une: str, autre: str) -> bool:
    """Whether two folded names may be one person's: a letter apart, in another order, or with one name more."""
    if OSA.distance(une, autre, score_cutoff=1) <= 1:
        return True
    fewer, more = sorted((set(une.split()), set(autre.split())), key=len)
    return len(fewer) > 1 and fewer <= more
