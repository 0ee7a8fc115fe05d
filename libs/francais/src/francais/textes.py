"""What a text that people typed may hold, from a file, a form or an API alike."""

import unicodedata

_FORMULE = ("=", "+", "-", "@", "\t", "\r")
_CACHES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Controls, marks of direction, letters without width, surrogates, private letters, separators of lines."""
_LIGNES = frozenset("\t\r\n")
_FORMATS = {
    "\u00ad": "trait d’union conditionnel",
    "\u200b": "espace sans chasse",
    "\u200c": "antiliant sans chasse",
    "\u200d": "liant sans chasse",
    "\u200e": "marque gauche à droite",
    "\u200f": "marque droite à gauche",
    "\u2060": "gluon de mots",
    "\ufeff": "espace insécable sans chasse",
    "\ufffd": "caractère de remplacement",
}
"""Names by which Unicode's French list knows what people paste."""
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
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


def invisibles(texte: str) -> list[str]:
    """The letters without width in it, each once and by name: « U+200B (espace sans chasse) »."""
    return [] if _plain(texte) else [nom_de_lettre(one) for one in dict.fromkeys(texte) if _sans_chasse(one)]


def enlevees(texte: str) -> list[str]:
    """The letters that `visible` takes away, each once."""
    return [] if _plain(texte) else [one for one in dict.fromkeys(texte) if one not in _LIGNES and _cache(one)]


def nom_de_lettre(lettre: str) -> str:
    """« U+200B (espace sans chasse) »."""
    nom = _FORMATS.get(lettre) or unicodedata.name(lettre, "caractère de contrôle").lower()
    return f"U+{ord(lettre):04X} ({nom})"


def sans_invisibles(texte: str) -> str:
    """Without them. What moves other letters, controls, or was lost stays, for a reader to refuse."""
    return texte if _plain(texte) else "".join(one for one in texte if not _sans_chasse(one))


def _sans_chasse(lettre: str) -> bool:
    return unicodedata.category(lettre) == "Cf" and lettre not in _DIRECTIONS


def fins_de_ligne(texte: str) -> str:
    """The end of a line is one letter: a browser sends two (CR LF), counts one, and every comparison would see them."""
    return texte.replace("\r\n", "\n").replace("\r", "\n")


def compose(texte: str) -> str:
    """Each accent and its letter as one, as keyboards write them and files of macOS do not (Unicode's NFC)."""
    return unicodedata.normalize("NFC", texte)


def formule(texte: str) -> bool:
    """Whether a spreadsheet would run it."""
    return texte.lstrip(" ").startswith(_FORMULE)


def inerte(texte: str) -> str:
    """The text as a cell of a CSV that no spreadsheet runs: after an apostrophe. `sans_garde` takes it away again."""
    return f"'{texte}" if formule(texte.lstrip("'")) else texte


def sans_garde(texte: str) -> str:
    """What `inerte` was given. A name that begins with an apostrophe stays as it is."""
    return texte[1:] if texte.startswith("'") and formule(texte.lstrip("'")) else texte


def _plain(texte: str) -> bool:
    """Nearly all texts, at a hundredth of the work."""
    return texte.isprintable() and _PERDU not in texte


def _cache(lettre: str) -> bool:
    return lettre == _PERDU or unicodedata.category(lettre) in _CACHES
