"""Folding of names: the same whatever the accents, case, hyphens and apostrophes."""

import unicodedata

_UNE_LETTRE = {
    "œ": "oe",
    "æ": "ae",
    "ß": "ss",
    "ẞ": "SS",
    "þ": "th",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ŧ": "t",
    "ŋ": "n",
    "ə": "e",
    "ı": "i",
    "ɓ": "b",
    "ɖ": "d",
    "ɗ": "d",
    "ɛ": "e",
    "ɔ": "o",
    "ƙ": "k",
    "ƴ": "y",
    "ɣ": "g",
    "ɲ": "n",
}
"""Letters that Unicode does not take apart, as passports write them (ICAO 9303-3, 6) or else without their hook."""
_LETTRES = str.maketrans(
    _UNE_LETTRE | {haute: base.upper() for une, base in _UNE_LETTRE.items() if len(haute := une.upper()) == 1}
)
_SIGNES = range(0x2B9, 0x300)
"""Letters for Unicode, apostrophes for whoever writes NʼDIAYE or TEʻURAMA."""


def cle(texte: str) -> str:
    """Folded text: no accent, upper case, one space for everything that is no letter or digit."""
    sans_accents = unicodedata.normalize("NFKD", texte.translate(_LETTRES))
    return " ".join("".join(map(_pliee, sans_accents)).upper().split())


def _pliee(lettre: str) -> str:
    if lettre.isalnum() and ord(lettre) not in _SIGNES:
        return lettre
    return "" if unicodedata.combining(lettre) or unicodedata.category(lettre) == "Cf" else " "
