"""What the pages say in words of a closing, its states and what it changes."""

from collections.abc import Sequence
from typing import Any

from event_schemas.academies import NOMS, local_time
from francais import pluriel
from mission_import.domain.differentiel import Bilan, Changement, Ligne, Nature
from mission_import.persistence.revues import Revision

ETATS = {
    "A_VALIDER": ("new", "À décider"),
    "APPLIQUEE": ("success", "Appliquée"),
    "REFUSEE": ("error", "Refusée"),
    "REMPLACEE": ("", "Remplacée"),
}
"""By state: badge and label; a REMPLACEE waited until a newer revision came."""
NATURES = {
    Nature.CREEE: ("success", "Créée"),
    Nature.MODIFIEE: ("info", "Modifiée"),
    Nature.INCHANGEE: ("", "Inchangée"),
    Nature.SANS_CANDIDAT: ("warning", "Sans candidat désormais"),
}
_CHAMPS = {
    "candidats": "candidats",
    "libelle": "libellé",
    "etablissement": "nom de l’établissement",
    "commune": "commune",
    "academie": "académie",
}
_VOIES = {"GENERALE": "Générale", "TECHNOLOGIQUE": "Technologique", "COMMUNE": "Générale et technologique"}


def academie(code: str) -> str:
    """« Lyon », or the code of one we have no name of."""
    return NOMS.get(code, code)


def recue(row: Revision) -> dict[str, Any]:
    """A revision received, its moments in the académie's own time."""
    return dict(row) | {
        "bilan": row.bilan,
        "recue_le": local_time(row.academie, row.recue_le),
        "decidee_le": row.decidee_le and local_time(row.academie, row.decidee_le),
        "academie_nom": academie(row.academie),
        "badge": ETATS[row.etat],
        "resume": resume(row.bilan, attend=row.etat == "A_VALIDER"),
    }


def resume(bilan: Bilan | None, *, attend: bool = False) -> str:
    """« 2 créées, 1 modifiée, 3 inchangées »; what there is none of is left out. `attend`: nothing is done yet."""
    if bilan is None:
        return "–"
    words = (
        (bilan.creees, "à créer", "à créer") if attend else (bilan.creees, "créée", "créées"),
        (bilan.modifiees, "à modifier", "à modifier") if attend else (bilan.modifiees, "modifiée", "modifiées"),
        (bilan.sans_candidat, "sans candidat", "sans candidat"),
        (bilan.inchangees, "inchangée", "inchangées"),
    )
    return ", ".join(pluriel(number, un, plusieurs) for number, un, plusieurs in words if number) or "aucune"


def orphelins(lignes: Sequence[Ligne]) -> int:
    """People convoked on missions that have no candidates any more."""
    return sum(one.convoques for one in lignes if one.nature is Nature.SANS_CANDIDAT)


def mission(ligne: Ligne) -> dict[str, Any]:
    """A row of the differential."""
    return {
        "libelle": ligne.libelle,
        "precision": f"{ligne.cle.code} – {_VOIES.get(ligne.cle.voie, ligne.cle.voie)}",
        "badge": NATURES[ligne.nature],
        "changements": [phrase for one in ligne.changements if (phrase := _changement(one))],
        "convoques": ligne.convoques,
    }


def _changement(one: Changement) -> str:
    """« candidats : de 30 à 28 »; the state says itself by the row's badge, but for a mission that comes back."""
    if one.champ == "etat":
        return "a de nouveau des candidats" if one.apres == "ACTIVE" else ""
    if one.champ == "candidats":
        return f"candidats\u00a0: de {one.avant} à {one.apres}"
    return f"{_CHAMPS[one.champ]}\u00a0: «\u00a0{one.avant}\u00a0» devient «\u00a0{one.apres}\u00a0»"
