"""The convocations of an académie as a file, for programs of the rectorat."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request
from starlette.responses import Response

from acces import securite
from acces.http import ActeurDep, Router
from acces.securite import Evenement
from convocation.commun.limites import limit_document
from convocation.commun.schemas import Academie, Session
from convocation.commun.tableur import XLSX, Format, sent
from convocation.exports.commands import Demande, export_convocations
from convocation.exports.presenters import COLONNES, cellules
from pages.commands import commande

router = Router(prefix="/api", tags=["convocations"])


@router.get(
    "/academies/{academie}/convocations",
    dependencies=[Depends(limit_document)],
    response_class=Response,
    responses={
        200: {
            "description": "Une ligne par convocation, annulées comprises.",
            "content": {one: {"schema": {"type": "string", "format": "binary"}} for one in ("text/csv", XLSX)},
        }
    },
)
async def exporter(
    request: Request,
    academie: Annotated[Academie, Path()],
    session: Annotated[Session, Query()],
    acteur: ActeurDep,
    format_: Annotated[Format, Query(alias="format")] = Format.CSV,
) -> Response:
    """All établissements of the académie: state, when it was read, whether somebody signs there."""
    demande = Demande(academie, session, format_)
    async with commande(request, acteur) as command:
        file, count = await export_convocations(command, demande, COLONNES, cellules)
    securite.tell(request, Evenement.EXPORT, acteur, count=count)
    return sent(file, format_, demande.nom)
