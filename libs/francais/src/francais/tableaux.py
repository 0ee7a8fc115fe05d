"""A CSV file as spreadsheets write it in France, read as they mean it; what is refused is told by line and column.

One reader for every file: a `domain` says which columns it knows, and judges their values.
"""

import csv
import re
from collections.abc import Iterator, Sequence

from francais.colonnes import Colonnes, Rang, Tableau, entete, nom_de_colonne, rang_de
from francais.encodages import UTF8, EncodageInconnu, encodage
from francais.textes import sans_garde

_SEPARATEURS = (";", ",", "\t")
_BOM, _BOMS_UTF16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_SEP = re.compile(rb'"?sep=([;,\t])"?;*', re.IGNORECASE)
"""A first line that tells Excel the separator."""
_SUITES = 10  # lines that a value may go on for
_UTF16 = "Le fichier est en UTF-16 (ou n’est pas du texte) : enregistrez-le au format « CSV UTF-8 »."
_MELANGE = "Cette ligne n’est pas en UTF-8, alors que d’autres le sont : enregistrez le fichier en « CSV UTF-8 »."
_OUVERT = "Un guillemet ouvert à cette ligne n’y est pas fermé."
_GUILLEMETS = "Les guillemets ou les fins de ligne sont mal placés : un guillemet fermant est suivi du séparateur."
_SAUT = "Un saut de ligne dans une valeur est lu comme une espace."


def lignes_physiques(octets: bytes) -> list[bytes]:
    """Lines as an editor numbers them: LF or CRLF; CR alone only where the file has no LF."""
    if b"\n" in octets:
        return [one.removesuffix(b"\r") for one in octets.split(b"\n")]
    return octets.split(b"\r")


def lire(octets: bytes, colonnes: Colonnes) -> Tableau:
    """The header at once, the rows as they are asked for."""
    tableau = Tableau(avec_bom=octets.startswith(_BOM))
    if octets.startswith(_BOMS_UTF16) or b"\x00" in octets[:4]:
        tableau.fautes.append((1, "", _UTF16))
        return tableau
    lignes = lignes_physiques(octets.removeprefix(_BOM))
    try:
        tableau.encodage = UTF8 if tableau.avec_bom else encodage(lignes)
    except EncodageInconnu as inconnu:
        tableau.fautes.append((1, "", str(inconnu)))
        return tableau
    dit = _SEP.fullmatch(lignes[0])
    debut = 1 if dit and len(lignes) > 1 else 0
    separateurs = (dit[1].decode(),) if dit else _SEPARATEURS
    noms = _entete(lignes[debut], debut + 1, tableau, separateurs, colonnes)
    if not tableau.fautes:
        tableau.rangs = _rangs(lignes, debut + 1, tableau, noms, colonnes)
    return tableau


def _entete(brut: bytes, ligne: int, tableau: Tableau, separateurs: Sequence[str], colonnes: Colonnes) -> list[str]:
    """The names, by the separator that makes the most known ones."""
    try:
        texte = brut.decode(tableau.encodage)
    except UnicodeDecodeError:
        tableau.fautes.append((ligne, "", _MELANGE))
        return []
    lus = {one: champs for one in separateurs if (champs := _lus(texte, one)) is not None}
    known = set(colonnes.connues)
    connues = {one: len(known.intersection(map(nom_de_colonne, champs))) for one, champs in lus.items()}
    tableau.separateur = max(connues, key=connues.__getitem__, default="")
    if not connues.get(tableau.separateur) and len(lus) < len(separateurs):
        tableau.fautes.append((ligne, "", _OUVERT if texte.count('"') % 2 else _GUILLEMETS))
        return []
    return entete(lus[tableau.separateur], ligne, tableau, colonnes)


def _lus(texte: str, separateur: str) -> list[str] | None:
    try:
        return _champs(texte, separateur)
    except csv.Error:  # where every name is quoted, another separator makes no sense
        return None


def _champs(texte: str, separateur: str) -> list[str]:
    """Raises csv.Error for quotes that RFC 4180 does not know."""
    return next(csv.reader([texte], delimiter=separateur, strict=True), [])


def _rangs(
    lignes: Sequence[bytes], debut: int, tableau: Tableau, noms: Sequence[str], colonnes: Colonnes
) -> Iterator[Rang]:
    """Each row but those of which every cell is empty."""
    suivante = debut
    while suivante < len(lignes):
        place, ligne = suivante, suivante + 1
        suivante += 1
        try:
            texte = lignes[place].decode(tableau.encodage)
        except UnicodeDecodeError:
            yield Rang(ligne, fautes=[(ligne, "", _MELANGE)])
            continue
        coupee = False
        try:
            champs = _champs(texte, tableau.separateur)
        except csv.Error:
            suite = _suite(lignes, place, tableau, len(noms))
            if suite is None:
                yield Rang(ligne, fautes=[(ligne, "", _OUVERT if texte.count('"') % 2 else _GUILLEMETS)])
                continue
            coupee, (suivante, champs) = True, suite
        if any(one.strip() for one in champs):
            yield rang_de(
                ligne, [sans_garde(one) for one in champs], noms, colonnes, [(ligne, "", _SAUT)] if coupee else []
            )


def _suite(lignes: Sequence[bytes], place: int, tableau: Tableau, attendues: int) -> tuple[int, list[str]] | None:
    """The row whose quoted value goes on on the lines after it, and the next line; None where none has its columns.

    So an unclosed quote never hides the lines after it.
    """
    for fin in range(place + 2, min(place + 2 + _SUITES, len(lignes) + 1)):
        try:
            champs = _champs(b"\n".join(lignes[place:fin]).decode(tableau.encodage), tableau.separateur)
        except (UnicodeDecodeError, csv.Error):
            continue
        return (fin, champs) if len(champs) == attendues else None
    return None
