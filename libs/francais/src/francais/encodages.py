"""In which letters a spreadsheet wrote a file: Excel has four in France, and a wrong guess is wrong names for good."""

import re
from collections.abc import Sequence

UTF8 = "utf-8"
LIBELLES = {"cp1252": "Windows-1252", "mac_roman": "MacRoman", "cp850": "MS-DOS (cp850)"}
_SIGNES = frozenset("’‘“”«»–—…€°²·•\u00a0")
_RARES = frozenset("ÆæÞþÐðÕõƒªºµı¸ˆ˜")
"""Letters for Python, of which a file of French names that seems to be full is read wrong."""
_ETRANGE = re.compile("[^\x00-\x7f]")
_LU = 20_000  # letters that are no ASCII
_TOLERE = 50  # one strange letter among so many is somebody's name


class EncodageInconnu(ValueError):
    """Its text is a sentence for whoever chose the file."""


def encodage(lignes: Sequence[bytes]) -> str:
    """UTF-8 where a line with accents is; else the only one of LIBELLES that makes words. Raises EncodageInconnu."""
    autres = [one for one in lignes if not _utf8(one)]
    if not autres or any(not one.isascii() and _utf8(one) for one in lignes):
        return UTF8
    octets = b"\n".join(autres)
    possibles = [one for one in LIBELLES if _vraisemblable(octets.decode(one, "replace"))]
    if len(possibles) == 1:
        return possibles[0]
    lequel = " ou ".join(LIBELLES[one] for one in possibles or LIBELLES)
    raise EncodageInconnu(
        f"Les accents ne disent pas si le fichier est en {lequel} : enregistrez-le au format « CSV UTF-8 »."
    )


def _utf8(ligne: bytes) -> bool:
    try:
        ligne.decode()
    except UnicodeDecodeError:
        return False
    return True


def _vraisemblable(texte: str) -> bool:
    places = [found.start() for found in _ETRANGE.finditer(texte)][:_LU]
    return sum(_invraisemblable(texte, place) for place in places) * _TOLERE <= len(places)


def _invraisemblable(texte: str, place: int) -> bool:
    """A sign, a letter no name has, one alone, or one in the other case than those beside it."""
    lettre, avant, apres = texte[place], texte[max(0, place - 1) : place], texte[place + 1 : place + 2]
    if lettre in _SIGNES:
        return lettre not in "’‘·" and avant.isalpha() and apres.isalpha()
    if not lettre.isalpha() or lettre in _RARES:
        return True
    if not (avant.isalpha() or apres.isalpha()):
        return lettre not in "àÀôÔ"
    if lettre.isupper():
        return avant.islower()
    return (avant.isupper() and (apres.isupper() or not apres.isalpha())) or (not avant.isalpha() and apres.isupper())
