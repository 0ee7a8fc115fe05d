"""Search (R35) whatever the accents, case, hyphens, apostrophes, order, and whether a name is written as one word."""

from francais.plis import cle

__all__ = ["cle", "formes", "mots"]


def mots(texte: str) -> list[str]:
    """The folded words, each once, in order."""
    return list(dict.fromkeys(cle(texte).split()))


def formes(*noms: str) -> list[str]:
    """What somebody is found by: the words of each name, and those to its end as one (DELATOUR, LATOUR)."""
    found = []
    for parts in (cle(nom).split() for nom in noms):
        found += parts
        found += ["".join(parts[start:]) for start in range(len(parts) - 1)]
    return list(dict.fromkeys(found))
