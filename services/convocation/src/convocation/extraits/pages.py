"""« Mes données »: what this service keeps of a person, to look at and to take along as JSON or PDF (0061)."""

import asyncio
import json
from functools import cache

from fastapi import Depends, Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from convocation.cadre.ecran import page
from convocation.commun.application import application
from convocation.commun.limites import limit_document, limit_recherche
from convocation.conservation.commands import CONSERVATION, who
from convocation.extraits.access import may_read_own
from convocation.extraits.rendering import Extraits, Kept, nom_de_table
from event_schemas.academies import local_time
from pages.commands import itself, reading

router = Router(include_in_schema=False)
_extraits = cache(Extraits)


@router.get("/mes-missions/donnees", dependencies=[Depends(limit_recherche)])
async def voir(request: Request, acteur: ActeurDep) -> Response:
    """How much of what is kept."""
    tables = (await _kept(request, acteur))["convocation"]
    async with reading(request, acteur) as connection:
        return await page(
            request,
            connection,
            acteur,
            "extraits/mes_donnees.html",
            jours=application(request).settings.keep_convocations_days,
            gardees=sorted((nom_de_table(table), len(rows)) for table, rows in tables.items()),
        )


@router.get("/mes-missions/donnees.json", dependencies=[Depends(limit_document)])
async def en_json(request: Request, acteur: ActeurDep) -> Response:
    """All of it, as a program reads it."""
    octets = json.dumps(await _kept(request, acteur), ensure_ascii=False, default=str).encode()
    return _file(octets, "application/json", "json")


@router.get("/mes-missions/donnees.pdf", dependencies=[Depends(limit_document)])
async def en_pdf(request: Request, acteur: ActeurDep) -> Response:
    """All of it, to read and to print."""
    kept = await _kept(request, acteur)
    now = local_time("*", application(request).clock())
    return _file(await asyncio.to_thread(_extraits().render, acteur.sub, kept, now), "application/pdf", "pdf")


async def _kept(request: Request, acteur: Acteur) -> Kept:
    """Raises Forbidden. Past the policies, which show her less than what is kept of her."""
    may_read_own(acteur)
    async with itself(request) as connection:
        found = await who(connection, acteur.sub)
        return {"convocation": await CONSERVATION.kept(connection, found.personne) if found else {}}


def _file(octets: bytes, kind: str, ext: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="mes-donnees.{ext}"', "Cache-Control": "no-store"}
    return Response(octets, media_type=kind, headers=headers)
