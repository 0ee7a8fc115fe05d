"""Attendance lists as PDF (PDF/UA-1): who is expected, with room to sign by hand."""

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

from convocation.documents.composition import Composeur, texte, une_ligne
from convocation.papiers.domain import Feuille
from francais import date_longue, moment, pluriel

COLONNES = (
    "NOM Prénom",
    "Qualité",
    "Établissement d’origine",
    "Arrivée",
    "Départ",
    "Signature",
)


class Feuilles(Composeur):
    """Sheets of one or many missions in one file."""

    def __init__(self) -> None:
        super().__init__(files("convocation.papiers").joinpath("emargement.typ").read_bytes())

    def render(self, feuilles: Sequence[Feuille], le: datetime) -> bytes:
        """One PDF, each sheet on a new page; `le`: when it is printed, in the time of the place. Blocks."""
        if not feuilles:
            raise ValueError("no sheet to render")
        return self.compose(_envoi(feuilles, le), le, len(feuilles))


def _envoi(feuilles: Sequence[Feuille], le: datetime) -> dict[str, Any]:
    first = feuilles[0]
    titre = f"Feuille d’émargement – {first.mission}, {date_longue(first.jour)}"
    if len(feuilles) > 1:
        titre = f"{len(feuilles)} feuilles d’émargement – {first.etablissement}, session {first.session}"
    return {
        "titre": une_ligne(titre),
        "auteur": une_ligne(first.etablissement) or "IMAG’IN",
        "colonnes": COLONNES,
        "feuilles": [_feuille(one, f"imprimé le {moment(le)}") for one in feuilles],
    }


def _feuille(one: Feuille, edite: str) -> dict[str, Any]:
    academie = f"Académie : {one.academie}" if one.academie else ""
    return {
        "etablissement": texte(one.etablissement),
        "lieu": [line for line in (f"UAI : {texte(one.uai)}", academie, f"Session {texte(one.session)}") if line],
        "mission": texte(one.mission),
        "jour": date_longue(one.jour),
        "pied": f"{texte(one.mission)}, {date_longue(one.jour)} – {edite}",
        "nombre": pluriel(len(one.personnes), "personne convoquée", "personnes convoquées"),
        "lignes": [[texte(p.nom), texte(p.qualite), texte(p.etablissement)] for p in one.personnes],
    }
