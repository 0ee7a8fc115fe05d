"""« Renvoyer le mail » of a convocation whose mail failed or came back."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.http import ActeurDep
from convocation.domain.errors import RenvoiSansObjet, VersionDepassee
from convocation.use_cases.ask_mail import ACTION, resend_mail
from convocation.web.commands import commande
from convocation.web.pages.convocations import montrer, visible
from convocation.web.pages.ecran import see_other
from convocation.web.pages.saisie import fields, read_saisies
from convocation.web.presenters import suivi_de

router = APIRouter(include_in_schema=False)


@router.post("/convocations/{convocation_id}/renvoi")
async def renvoyer(request: Request, convocation_id: UUID, acteur: ActeurDep) -> Response:
    """Of the version that was read: superseded meanwhile, the page shows the new one and nothing is sent again."""
    async with fields(request) as form:
        version = read_saisies(form).version
    try:
        async with commande(request, acteur) as command:
            row = await visible(command.connection, acteur, convocation_id, ACTION)
            await resend_mail(command, convocation_id, version, suivi_de(row))
    except (VersionDepassee, RenvoiSansObjet) as refus:
        return await montrer(request, acteur, convocation_id, refus)
    return see_other(f"/convocations/{convocation_id}?fait=renvoi")
