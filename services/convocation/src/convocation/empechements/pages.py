"""« Signaler un empêchement » by the person convoked: reported, followed, withdrawn; it is no refusal by itself."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep
from convocation.cadre.ecran import page
from convocation.commun.refus import Refus, VersionDepassee
from convocation.commun.refusals import status_of
from convocation.convocations.access import visible_convocation
from convocation.convocations.forms import read_saisies
from convocation.convocations.presenters import line_of
from convocation.empechements import sql as empechements
from convocation.empechements.commands import REPORT, report_empechement, withdraw_empechement
from convocation.empechements.domain import MAX_TEXTE, Etat
from convocation.empechements.refus import EmpechementTraite
from convocation.empechements.sql import EmpechementRow
from event_schemas.academies import local_time
from pages.commands import commande, reading, see_other
from pages.forms import fields, text

router = APIRouter(include_in_schema=False)
_PAGE = "/convocations/{convocation_id}/empechement"
_ETATS = {
    Etat.OUVERT: ("info", "Signalé", "L’établissement n’a pas encore répondu\u00a0: votre convocation reste valable."),
    Etat.REMPLACE: (
        "success",
        "Remplacé(e)",
        "L’établissement vous a remplacé(e)\u00a0: cette convocation a été annulée.",
    ),
    Etat.MAINTENU: ("warning", "Convocation maintenue", "L’établissement maintient votre convocation."),
    Etat.RETIRE: ("", "Retiré", "Vous avez retiré ce signalement."),
    Etat.CLOS: ("", "Clos", "La convocation a été annulée."),
}


@router.get(_PAGE)
async def voir(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    return await _page(request, acteur, convocation_id)


@router.post(_PAGE)
async def signaler(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    """Refused, what was typed is still there; superseded meanwhile, beside what the convocation says now."""
    async with fields(request) as form:
        version, motif = read_saisies(form).version, text(form, "motif")
    try:
        async with commande(request, acteur) as command:
            await visible_convocation(command.connection, acteur, convocation_id, REPORT)
            await report_empechement(command, convocation_id, version, motif)
    except Refus as refus:
        return await _page(request, acteur, convocation_id, motif, refus)
    return see_other(f"/convocations/{convocation_id}/empechement?fait=empechement")


@router.post(f"{_PAGE}/retrait")
async def retirer(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    """As long as it is not answered."""
    try:
        async with commande(request, acteur) as command:
            await visible_convocation(command.connection, acteur, convocation_id, REPORT)
            await withdraw_empechement(command, convocation_id)
    except EmpechementTraite as refus:
        return await _page(request, acteur, convocation_id, refus=refus)
    return see_other(f"/convocations/{convocation_id}/empechement?fait=empechement-retire")


async def _page(
    request: Request, acteur: Acteur, convocation_id: UUID, motif: str = "", refus: Refus | None = None
) -> Response:
    async with reading(request) as connection:
        row = await visible_convocation(connection, acteur, convocation_id, REPORT)
        return await page(
            request,
            connection,
            acteur,
            "empechements/empechement.html",
            status=status_of(refus),
            une=line_of(row),
            motif=motif,
            max_texte=MAX_TEXTE,
            depassee=isinstance(refus, VersionDepassee),
            erreurs=[{"champ": refus.champ, "texte": refus.phrase}] if refus else [],
            signalements=[
                _signalement(one, row.academie) for one in await empechements.of_convocation(connection, convocation_id)
            ],
        )


def _signalement(row: EmpechementRow, academie: str) -> dict[str, Any]:
    badge, titre, texte = _ETATS[Etat(row.etat)]
    return {
        "badge": badge,
        "titre": titre,
        "texte": texte,
        "motif": row.motif,
        "reponse": row.reponse,
        "le": local_time(academie, row.le),
        "repondu_le": local_time(academie, row.repondu_le) if row.repondu_le else None,
    }
