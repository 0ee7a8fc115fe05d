"""What a text that people typed may hold, from a file, a form or an API alike."""

import unicodedata

_FORMULE = ("=", "+", "-", "@", "\t", "\r")
_CACHES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Controls, marks of direction, letters without width, surrogates, private letters, separators of lines."""
_PERDU = "\ufffd"  # stands for what could not be decoded


def lisible(texte: str) -> bool:
    """Whether what is read is what is there: no letter is invisible, moves others, or was lost."""
    if texte.isprintable():  # nearly all are, and this is a hundredth of the work
        return _PERDU not in texte
    return not any(map(_cache, texte))


def montre(texte: str) -> str:
    """The text with « ? » for what nobody could read."""
    return "".join("?" if _cache(one) else one for one in texte)


def formule(texte: str) -> bool:
    """Whether a spreadsheet would run it."""
    return texte.lstrip(" ").startswith(_FORMULE)


def _cache(lettre: str) -> bool:
    return lettre == _PERDU or unicodedata.category(lettre) in _CACHES
