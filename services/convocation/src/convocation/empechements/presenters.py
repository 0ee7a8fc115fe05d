"""Reports and suppléants as the pages write them."""

from typing import Any

from convocation.empechements.domain import Candidat, EtatEmpechement
from convocation.empechements.sql import EmpechementRow
from event_schemas.academies import local_time

_ETATS = {
    EtatEmpechement.OUVERT: (
        "info",
        "Signalé",
        "L’établissement n’a pas encore répondu\u00a0: votre convocation reste valable.",
    ),
    EtatEmpechement.REMPLACE: (
        "success",
        "Remplacé(e)",
        "L’établissement vous a remplacé(e)\u00a0: cette convocation a été annulée.",
    ),
    EtatEmpechement.MAINTENU: ("warning", "Convocation maintenue", "L’établissement maintient votre convocation."),
    EtatEmpechement.RETIRE: ("", "Retiré", "Vous avez retiré ce signalement."),
    EtatEmpechement.CLOS: ("", "Clos", "La convocation a été annulée."),
}


def report_of(row: EmpechementRow, academie: str) -> dict[str, Any]:
    """A report as the person follows it; times as clocks show them in the académie."""
    badge, titre, texte = _ETATS[EtatEmpechement(row.etat)]
    return {
        "badge": badge,
        "titre": titre,
        "texte": texte,
        "motif": row.motif,
        "reponse": row.reponse,
        "le": local_time(academie, row.le),
        "repondu_le": local_time(academie, row.repondu_le) if row.repondu_le else None,
    }


def choice_of(one: Candidat) -> str:
    """The value of a suppléant in the form: id and present version."""
    return f"{one.convocation_id}:{one.convocation.version}"


def words_of(one: Candidat) -> str:
    """The words beside it."""
    profil = f" ({one.convocation.profil})" if one.convocation.profil else ""
    lue = "a pris connaissance de sa convocation" if one.lue else "n’a pas encore pris connaissance de sa convocation"
    return f"{one.nom}{profil}, {lue}"
