"""CSV of closings: a header, one row an établissement × épreuve; the rows of one (session, uai, revision) are one."""

import re
from collections.abc import Sequence
from typing import Any

from francais import tableaux
from francais.colonnes import Colonnes
from francais.encodages import LIBELLES
from mission_import.domain.fichier import UTF8, Brute, Fautes, Fichier

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
_TEXTES = {"nom", "commune", "libelle"}
_COLONNES = Colonnes(connues=COLONNES, noms=_TEXTES, formules=_TEXTES, facultatives={_FACULTATIVE})
_NOMBRE = re.compile(r"[0-9]{1,10}")


def lire(octets: bytes, fichier: Fichier, deposee_le: str) -> None:
    """Fill `fichier`; after a wrong header nothing else is read. `deposee_le` stands for a time that is not given."""
    tableau = tableaux.lire(octets, _COLONNES)
    if not tableau.avec_bom:
        fichier.encodage = LIBELLES.get(tableau.encodage, UTF8)
    fichier.separateur = tableau.separateur
    fautes, remarques = [*tableau.fautes], [*tableau.remarques]
    groupes: dict[tuple[str | int, ...], list[tuple[int, dict[str, str]]]] = {}
    for rang in tableau.rangs:
        fautes += rang.fautes
        remarques += rang.remarques
        if rang.valeurs:
            valeurs = dict.fromkeys(COLONNES, "") | rang.valeurs
            valeurs["uai"] = valeurs["uai"].upper()
            groupes.setdefault(tuple(_nombre(valeurs[nom]) for nom in _CLE), []).append((rang.ligne, valeurs))
    for one in fautes:
        fichier.fautes.ajouter(*one)
    for one in remarques:
        fichier.remarques.ajouter(*one)
    fichier.clotures += [_cloture(rangs, fichier.fautes, deposee_le) for rangs in groupes.values()]


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
