"""« Export des convocations »: one line a convocation of an académie, for a spreadsheet."""

from fastapi import Depends, Request
from starlette.responses import Response

from acces import securite
from acces.http import ActeurDep, Router
from acces.securite import Evenement
from convocation.cadre.ecran import page
from convocation.commun.application import application
from convocation.commun.limites import limit_document
from convocation.commun.tableur import Format, sent
from convocation.exports.access import exportable
from convocation.exports.commands import Demande, export_convocations
from convocation.exports.presenters import COLONNES, cellules
from convocation.missions import reads as missions
from event_schemas.academies import NOMS
from pages.commands import commande, reading
from pages.forms import fields, text

router = Router(include_in_schema=False)


@router.get("/exports")
async def choisir(request: Request, acteur: ActeurDep) -> Response:
    """The académie, where there are several, and the session."""
    codes = exportable(acteur)
    async with reading(request, acteur) as connection:
        sessions = await missions.sessions(connection, application(request).clock())
        return await page(
            request,
            connection,
            acteur,
            "exports/exports.html",
            academies=sorted(((code, NOMS.get(code, code)) for code in codes), key=lambda one: one[1]),
            sessions=[(one, one) for one in sessions],
        )


@router.post("/exports", dependencies=[Depends(limit_document)])
async def telecharger(request: Request, acteur: ActeurDep) -> Response:
    """Posted, so that no link that a browser follows by itself takes people out."""
    async with fields(request) as form:
        academie, session, wanted = (text(form, name) for name in ("academie", "session", "format"))
    demande = Demande(academie, session, Format.XLSX if wanted == Format.XLSX else Format.CSV)
    async with commande(request, acteur) as command:
        file, count = await export_convocations(command, demande, COLONNES, cellules)
    securite.tell(request, Evenement.EXPORT, acteur, count=count)
    return sent(file, demande.format, demande.nom)
