"""What a PDF can show (0016): the letters of the fonts that typst carries, and what is printed for the others."""

import re
import unicodedata

GLYPHES = (
    # Latin, and the marks upon letters
    "\u0020-\u007e\u00a0-\u00ac\u00ae-\u02c1\u02c6-\u02dd\u02e0-\u02e4\u02ec\u02ee\u0300-\u0331\u0338\u0342\u0343"
    "\u1e00-\u1e9b\u1e9e\u1ea0-\u1ef9"
    # Greek
    "\u0374\u037a-\u037d\u0384-\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u03d0-\u03e1\u03f0-\u03f5\u03f8\u03f9"
    "\u03fb\u03fd-\u03ff\u1f00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d"
    "\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4"
    "\u1ff6-\u1ffc"
    # Cyrillic
    "\u0400-\u0481\u0483-\u04ff\u0512\u0513\u051a-\u051d"
    # Armenian, Hebrew, Arabic and Persian, Georgian
    "\u0531-\u0556\u0559\u0560-\u0588\u05d0-\u05ea\u0621-\u063a\u0640-\u0655\u0674\u0679-\u067b\u067e-\u0680\u0683\u0684"
    "\u0686\u0687\u0691\u0698\u06a4\u06a9\u06af\u06be\u06cc\u10d0-\u10fa\u10fc-\u10ff"
    # Punctuation, figures and signs
    "\u2010-\u2015\u2018-\u2022\u2026\u202f-\u2033\u2039\u203a\u2044\u2070\u2074-\u2079\u2080-\u2089\u20ac\u2116\u2122"
    "\u2153-\u215e\u2190-\u2199\u2200\u2202-\u2207\u2211\u2212\u221a\u221e\u2229\u222b\u2260\u2264\u2265\u25a0\u25a1\u25cf"
    "\u2605\u2660\u2663\u2665\u2666\ufffd"
)
"""What one of the fonts has in every weight."""

INCONNU = "\ufffd"
"""Stands in a PDF for a letter that is neither in the fonts nor made of letters that are."""

_SANS_GLYPHE = re.compile(f"[^{GLYPHES}]")


def imprimable(texte: str) -> str:
    """The text as it is printed: base letters where a font lacks the whole one, no symbol that it lacks, INCONNU."""
    return _SANS_GLYPHE.sub(lambda found: _remplacement(found[0]), unicodedata.normalize("NFC", texte))


def illisibles(texte: str) -> list[str]:
    """The letters that would be printed as INCONNU, each once."""
    composed = unicodedata.normalize("NFC", texte)
    return [one for one in dict.fromkeys(_SANS_GLYPHE.findall(composed)) if INCONNU in _remplacement(one)]


def omis(texte: str) -> list[str]:
    """The symbols that are left out of what is printed, each once."""
    return [one for one in dict.fromkeys(_SANS_GLYPHE.findall(texte)) if _symbole(one)]


def _remplacement(lettre: str) -> str:
    if unicodedata.category(lettre)[0] == "M" or unicodedata.category(lettre) in {"Cc", "Cf"} or _symbole(lettre):
        return ""
    base = "".join(one for one in unicodedata.normalize("NFKD", lettre) if not unicodedata.combining(one))
    return INCONNU if _SANS_GLYPHE.search(base) else base


def _symbole(lettre: str) -> bool:
    return unicodedata.category(lettre) in {"So", "Sk"}
