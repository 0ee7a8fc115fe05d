"""What is done about a mail that failed or came back: « Confirmer la remise en main propre », « Renvoyer le mail »."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.commande import Commande
from acces.http import ActeurDep, Router
from convocation.commun.refus import VersionDepassee
from convocation.convocations.forms import read_saisies
from convocation.convocations.pages import show_convocation
from convocation.courriels.commands import REMISE, RENVOI, confirm_remise, resend_mail
from convocation.courriels.refus import RemiseSansObjet, RenvoiSansObjet
from pages.commands import commande, see_other
from pages.forms import fields

router = Router(include_in_schema=False)
_Work = Callable[[Commande, UUID, int], Awaitable[None]]


@router.post("/convocations/{convocation_id}/remise")
async def confirmer(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    return await _act(request, acteur, convocation_id, REMISE, confirm_remise)


@router.post("/convocations/{convocation_id}/renvoi")
async def renvoyer(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    return await _act(request, acteur, convocation_id, RENVOI, resend_mail)


async def _act(request: Request, acteur: Acteur, convocation_id: UUID, action: str, work: _Work) -> Response:
    """A version that was changed meanwhile is shown as it is now, and nothing is done."""
    async with fields(request) as form:
        version = read_saisies(form).version
    try:
        async with commande(request, acteur) as command:
            await work(command, convocation_id, version)
    except (VersionDepassee, RemiseSansObjet, RenvoiSansObjet) as refus:
        return await show_convocation(request, acteur, convocation_id, refus)
    return see_other(f"/convocations/{convocation_id}?fait={action.partition('.')[0]}")
