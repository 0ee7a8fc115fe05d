"""One typo forgiven (R35): words that differ from a typed one by one letter more, less, other or swapped."""

from collections.abc import Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

_SHORTEST = 4  # a shorter word with another letter is another word


def mots_proches(typed: Sequence[str], existing: Sequence[str]) -> list[str]:
    """For each typed word itself where it begins one there is, else the nearest; empty where one has neither."""
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
    """Whether two folded names may be one person's: one letter apart, in another order, or one with a name more."""
    if OSA.distance(une, autre, score_cutoff=1) <= 1:
        return True
    fewer, more = sorted((set(une.split()), set(autre.split())), key=len)
    return len(fewer) > 1 and fewer <= more
