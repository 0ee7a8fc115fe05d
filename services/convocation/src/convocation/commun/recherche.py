"""Search (R35) whatever the accents, case, hyphens, apostrophes and order."""

import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O"})


def cle(texte: str) -> str:
    """Folded text: no accent, upper case, one space for everything that is no letter or digit."""
    sans_accents = unicodedata.normalize("NFKD", texte.translate(_LIGATURES))
    gardes = (char if char.isalnum() else "" if unicodedata.combining(char) else " " for char in sans_accents)
    return " ".join("".join(gardes).upper().split())


def mots(texte: str) -> list[str]:
    """The folded words, each once, in order."""
    return list(dict.fromkeys(cle(texte).split()))
