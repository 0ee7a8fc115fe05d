"""What a text that people typed may hold, from a file, a form or an API alike."""

import unicodedata

_FORMULE = ("=", "+", "-", "@", "\t", "\r")
_CACHES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Controls, marks of direction, letters without width, surrogates, private letters, separators of lines."""
_LIGNES = frozenset("\t\r\n")
_PERDU = "\ufffd"  # stands for what could not be decoded


def lisible(texte: str) -> bool:
    """Whether what is read is what is there: no letter is invisible, moves others, or was lost."""
    return _plain(texte) or not any(map(_cache, texte))


def montre(texte: str) -> str:
    """The text with « ? » for what nobody could read."""
    return "".join("?" if _cache(one) else one for one in texte)


def visible(texte: str) -> str:
    """The text without what nobody sees, as a word processor leaves it in what is pasted; lines stay lines."""
    if _plain(texte):
        return texte
    return "".join(one for one in texte if one in _LIGNES or not _cache(one))


def fins_de_ligne(texte: str) -> str:
    """The end of a line is one letter: a browser sends two (CR LF), counts one, and every comparison would see them."""
    return texte.replace("\r\n", "\n").replace("\r", "\n")


def formule(texte: str) -> bool:
    """Whether a spreadsheet would run it."""
    return texte.lstrip(" ").startswith(_FORMULE)


def _plain(texte: str) -> bool:
    """Nearly all texts, at a hundredth of the work."""
    return texte.isprintable() and _PERDU not in texte


def _cache(lettre: str) -> bool:
    return lettre == _PERDU or unicodedata.category(lettre) in _CACHES
