"""CSV of closings: a header, one row an établissement × épreuve; the rows of one (session, uai, revision) are one.

A record is one physical line: no value may hold a line break, so an unclosed quote never hides the lines after it.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from francais.textes import formule, lisible, montre
from mission_import.domain.fichier import UTF8, UTF8_BOM, WINDOWS_1252, Brute, Faute, Fautes, Fichier

COLONNES = (
    "session",
    "uai",
    "revision",
    "cloturee_le",
    "academie",
    "nom",
    "commune",
    "voie",
    "code",
    "libelle",
    "type",
    "candidats_inscrits",
)
"""The columns of the file in the documented order, named like the fields of the event."""
_FACULTATIVE = "cloturee_le"
_CLE = ("session", "uai", "revision")
_ETABLISSEMENT = ("nom", "commune", "academie")
_EPREUVE = ("code", "libelle", "type", "voie")
_TEXTES = {"nom", "commune", "libelle"}  # what a spreadsheet would run, were it to begin as a formula
_SEPARATEURS = (";", ",", "\t")
_NOMBRE = re.compile(r"[0-9]{1,10}")
_MELANGE = "Cette ligne n’est pas en UTF-8, alors que d’autres le sont : enregistrez le fichier en « CSV UTF-8 »."
_ILLISIBLE = "Cette ligne n’est ni en UTF-8 ni en Windows-1252."
_OUVERT = "Un guillemet ouvert à cette ligne n’y est pas fermé : une valeur tient sur une seule ligne."
_GUILLEMETS = "Les guillemets sont mal placés : un guillemet fermant est suivi du séparateur."


def lire(lignes: list[bytes], fichier: Fichier, *, avec_bom: bool, deposee_le: str) -> None:
    """Fill `fichier`; after a wrong header nothing else is read. `deposee_le` stands where a time of closing does not.

    An encoding is one of the whole file: Windows-1252 only where no line is UTF-8 with accents.
    """
    fichier.encodage, textes = _decoder(lignes, avec_bom=avec_bom)
    fautes = fichier.fautes
    entete = _entete(textes[0], fautes) if textes else None
    if entete is None:
        return
    fichier.separateur, noms = entete
    groupes: dict[tuple[str | int, ...], list[tuple[int, dict[str, str]]]] = {}
    for ligne, valeurs in _lignes(textes, fichier, noms):
        groupes.setdefault(tuple(_nombre(valeurs[nom]) for nom in _CLE), []).append((ligne, valeurs))
    fichier.clotures += [_cloture(rangs, fautes, deposee_le) for rangs in groupes.values()]


def _decoder(lignes: Sequence[bytes], *, avec_bom: bool) -> tuple[str, list[str | Faute]]:
    """The encoding and each line, or what is wrong with it."""
    textes: list[str | Faute] = [_texte(brut, numero) for numero, brut in enumerate(lignes, start=1)]
    if avec_bom:
        return UTF8_BOM, textes
    accents = any(isinstance(texte, str) and not texte.isascii() for texte in textes)
    if accents or not any(isinstance(texte, Faute) for texte in textes):
        return UTF8, textes
    return WINDOWS_1252, [_texte(brut, numero, "cp1252") for numero, brut in enumerate(lignes, start=1)]


def _texte(brut: bytes, ligne: int, encodage: str = "utf-8") -> str | Faute:
    try:
        return brut.decode(encodage)
    except UnicodeDecodeError:
        return Faute(ligne, "", _MELANGE if encodage == "utf-8" else _ILLISIBLE)


def _entete(texte: str | Faute, fautes: Fautes) -> tuple[str, list[str]] | None:
    """The separator that makes the most known columns of the header, and the header's names; None for a wrong one."""
    try:
        if isinstance(texte, Faute):
            fautes.ajouter(1, "", texte.phrase)
            return None
        lus = {one: [nom.strip().lower() for nom in _champs(texte, one)] for one in _SEPARATEURS}
    except csv.Error:
        fautes.ajouter(1, "", _GUILLEMETS)
        return None
    separateur = max(_SEPARATEURS, key=lambda one: len(set(COLONNES).intersection(lus[one])))
    noms = lus[separateur]
    for nom in COLONNES:
        if nom not in noms and nom != _FACULTATIVE:
            fautes.ajouter(1, nom, "Cette colonne manque dans l’en-tête.")
        if noms.count(nom) > 1:
            fautes.ajouter(1, nom, "Cette colonne est deux fois dans l’en-tête.")
    for nom in dict.fromkeys(noms):
        if nom not in COLONNES:
            fautes.ajouter(1, montre(nom)[:40], "Cette colonne n’est pas connue.")
    return None if fautes.total else (separateur, noms)


def _champs(texte: str, separateur: str) -> list[str]:
    """Raises csv.Error for quotes that RFC 4180 does not know."""
    return next(csv.reader([texte], delimiter=separateur, strict=True), [])


def _lignes(
    textes: Sequence[str | Faute], fichier: Fichier, noms: Sequence[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row after the header that has its columns, by its line; empty lines are passed over."""
    fautes = fichier.fautes
    for ligne, texte in enumerate(textes[1:], start=2):
        if isinstance(texte, Faute):
            fautes.ajouter(texte.ligne, texte.colonne, texte.phrase)
            continue
        if not texte.strip():
            continue
        try:
            champs = _champs(texte, fichier.separateur)
        except csv.Error:
            fautes.ajouter(ligne, "", _OUVERT if texte.count('"') % 2 else _GUILLEMETS)
            continue
        if len(champs) != len(noms):
            fautes.ajouter(ligne, "", f"{len(champs)} colonnes au lieu de {len(noms)}.")
            continue
        yield ligne, _valeurs(ligne, dict(zip(noms, champs, strict=True)), fautes)


def _valeurs(ligne: int, champs: dict[str, str], fautes: Fautes) -> dict[str, str]:
    """The cells as they count: trimmed, accents composed; a bad one is told."""
    valeurs = dict.fromkeys(COLONNES, "")
    for nom, brut in champs.items():
        valeurs[nom] = unicodedata.normalize("NFC", brut).strip()
        if not lisible(brut):
            fautes.ajouter(ligne, nom, "La valeur contient un caractère de contrôle, invisible ou illisible.")
        elif nom in _TEXTES and formule(brut):
            fautes.ajouter(ligne, nom, "Le texte commence comme une formule de tableur (=, +, -, @ ou tabulation).")
    return valeurs


def _cloture(rangs: Sequence[tuple[int, dict[str, str]]], fautes: Fautes, deposee_le: str) -> Brute:
    """One closing of its rows; what must be the same in all of them is, or is told."""
    premiere, valeurs = rangs[0]
    for ligne, autres in rangs[1:]:
        for nom in (*_ETABLISSEMENT, _FACULTATIVE):
            if autres[nom] != valeurs[nom]:
                fautes.ajouter(ligne, nom, f"Ce n’est pas comme à la ligne {premiere}, de la même clôture.")
    corps = {
        "session": valeurs["session"],
        "uai": valeurs["uai"],
        "revision": _nombre(valeurs["revision"]),
        "cloturee_le": valeurs[_FACULTATIVE] or deposee_le,
        "etablissement": {
            "nom": valeurs["nom"],
            "commune": valeurs["commune"],
            "academie": valeurs["academie"].zfill(2) if valeurs["academie"] else "",  # spreadsheets eat the 0 of 09
        },
        "epreuves": [_epreuve(autres) for _, autres in rangs],
    }
    return Brute(corps, premiere, lignes=tuple(ligne for ligne, _ in rangs))


def _epreuve(valeurs: dict[str, str]) -> dict[str, Any]:
    return {nom: valeurs[nom] for nom in _EPREUVE} | {"candidats_inscrits": _nombre(valeurs["candidats_inscrits"])}


def _nombre(texte: str) -> int | str:
    """A text that is no number stays one: the schema refuses it."""
    return int(texte) if _NOMBRE.fullmatch(texte) else texte
