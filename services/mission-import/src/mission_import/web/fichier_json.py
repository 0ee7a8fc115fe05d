"""A dry run in JSON: the file, what it would change in numbers, and its closings with their differential."""

from collections.abc import Sequence
from typing import Any

from event_schemas.academies import local_time
from mission_import.domain.differentiel import Ligne
from mission_import.domain.essai import NOUVELLES, Essai, Resume, Sort
from mission_import.persistence.imports_fichier import Depot
from mission_import.use_cases.import_file import GARDE, EssaiFichier

MONTREES = 200
RIEN = "Rien n’a changé : chaque clôture du fichier est déjà reçue, ou plus ancienne que celle qui l’est."


def phrase_a_confirmer(resume: Resume) -> str:
    """What a person reads of a dry run."""
    return "Rien n’est encore importé : lisez ce qui changerait, puis confirmez." if resume.change else RIEN


def phrase_importee(resume: Resume) -> str:
    """What a person reads of a confirmation."""
    if not resume.change:
        return RIEN
    if resume.clotures[Sort.A_VALIDER.value]:
        return "Le fichier est importé ; les clôtures d’une académie qui valide attendent une décision."
    return "Le fichier est importé : les missions suivent ses clôtures."


def depot(row: Depot) -> dict[str, Any]:
    """A file of the history, or one that waits; without its bytes. Moments are the first académie's."""
    names = ("sha256", "format", "encodage", "academies", "etat", "par", "par_nom", "clotures")
    academie = row.academies[0]
    return {
        "import_id": str(row.import_id),
        **row.only(*names),
        "bilan": row.bilan.en_clair() if row.bilan else None,
        "le": local_time(academie, row.le).isoformat(),
        "confirme_le": local_time(academie, row.confirme_le).isoformat() if row.confirme_le else None,
        "confirme_par": row.confirme_par,
        "confirme_nom": row.confirme_nom,
    }


def essai(one: EssaiFichier) -> dict[str, Any]:
    """The new closings first, at most MONTREES of all; `total` tells how many there are."""
    row = depot(one.depot)
    if one.fichier is None:
        return row
    resume = one.resume
    ordered = sorted(one.essais, key=lambda essai_: (not essai_.nouvelle, essai_.ligne))
    expires = local_time(one.depot.academies[0], one.depot.le + GARDE).isoformat()
    return row | {
        "lignes": one.fichier.lignes,
        "separateur": one.fichier.separateur,
        "expire_le": expires,
        "lu": one.lu,
        "resultat": "a-confirmer" if resume.change else "aucun-changement",
        "phrase": phrase_a_confirmer(resume),
        **nombres(resume),
        "total": len(ordered),
        "detail": [_cloture(essai_) for essai_ in ordered[:MONTREES]],
    }


def nombres(resume: Resume) -> dict[str, Any]:
    """Closings by what becomes of them, missions by theirs, people convoked where no candidate would be left."""
    return {
        "sorts": dict(resume.clotures),
        "missions": resume.missions._asdict(),
        "convoques_sans_candidat": resume.convoques,
    }


def differentiel(lignes: Sequence[Ligne]) -> list[dict[str, Any]]:
    return [
        {
            "voie": row.cle.voie,
            "code": row.cle.code,
            "libelle": row.libelle,
            "nature": row.nature.value,
            "changements": [one._asdict() for one in row.changements],
            "convoques": row.convoques,
        }
        for row in lignes
    ]


def _cloture(essai_: Essai) -> dict[str, Any]:
    cloture = essai_.cloture
    return {
        "ligne": essai_.ligne,
        "session": cloture.session,
        "uai": cloture.etablissement.uai,
        "etablissement": cloture.etablissement.nom,
        "academie": cloture.etablissement.academie,
        "revision": cloture.revision,
        "sort": essai_.sort.value,
        "bilan": essai_.bilan._asdict() if essai_.sort in NOUVELLES else None,
        "differentiel": differentiel(essai_.lignes),
    }
