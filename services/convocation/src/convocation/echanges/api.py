"""What notifier and santorin-bridge ask: versions to mail, and every convocation's state."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic_core import to_json

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from chassis.problem import Problem
from convocation.avis.commands import Finie, finish_letters, take_letters
from convocation.avis.presenters import letter
from convocation.documents.application import application
from convocation.echanges import presenters, sql
from convocation.echanges.access import may_read_envois, may_read_etats
from convocation.echanges.schemas import AdressesDitesIn, EnvoisIn, LettresFiniesIn
from convocation.echanges.sql import VersionDemandee
from pages.commands import reading

router = Router(prefix="/api")
_BEFORE_ALL = UUID(int=0)
_AT_ONCE, _HELD = 20, timedelta(minutes=10)
_WITHOUT = {
    404: ("inconnu", "Cette version n’existe pas."),
    410: ("version-remplacee", "Une version plus récente remplace celle-ci."),
}


@router.get("/convocations/{convocation_id}/versions/{version}/envoi", tags=["envois"])
async def get_envoi(
    request: Request, convocation_id: UUID, version: Annotated[int, Path(ge=1, le=2**31 - 1)], acteur: ActeurDep
) -> JSONResponse:
    """200, 410 when a higher version has superseded this one, 404 when there is none."""
    may_read_envois(acteur)
    [answer] = await _answers(request, acteur, [VersionDemandee(convocation_id, version, dite=None, engagee=False)])
    if answer["status"] != 200:
        raise Problem(answer["status"], *_WITHOUT[answer["status"]])
    return JSONResponse(answer)


@router.post("/envois", tags=["envois"])
async def list_envois(request: Request, body: EnvoisIn, acteur: ActeurDep) -> Response:
    """Many at once; each has its own `status`, in the order of the demandes."""
    may_read_envois(acteur)
    wanted = [VersionDemandee(one.convocation_id, one.version, one.dite, one.engagee) for one in body.demandes]
    envois = await _answers(request, acteur, wanted)
    # 50 kB a version: `json` would hold the loop ten times as long.
    content = await asyncio.to_thread(to_json, {"envois": envois})
    return Response(content, media_type="application/json")


async def _answers(request: Request, acteur: Acteur, wanted: Sequence[VersionDemandee]) -> list[dict[str, Any]]:
    state = application(request)
    async with reading(request, acteur) as connection:
        rows = await sql.envois(connection, wanted)
    keys = [key for key in map(presenters.cle_to_send, rows) if key is not None]
    documents = await state.imprimeur.kept(partial(reading, request, acteur), keys, state.clock()) if keys else {}
    return await asyncio.to_thread(presenters.answers, wanted, rows, documents, state.settings, state.sceaux.liens)


@router.post("/adresses-changees", tags=["envois"])
async def take_adresses_changees(request: Request, body: AdressesDitesIn, acteur: ActeurDep) -> dict[str, Any]:
    """Old addresses whose owner must know of the change, some at once: for ten minutes they are this caller's."""
    may_read_envois(acteur)
    async with reading(request, acteur) as connection:
        await sql.told_adresses(connection, body.dites)
        rows = await sql.take_adresses(connection, application(request).clock(), _HELD, _AT_ONCE)
    return {"adresses": [presenters.adresse_changee(row) for row in rows]}


@router.post("/avis", tags=["envois"])
async def take_avis(request: Request, body: LettresFiniesIn, acteur: ActeurDep) -> dict[str, Any]:
    """The next letter to an établissement: for ten minutes it is this caller's, and it says what is true now."""
    may_read_envois(acteur)
    state, now = application(request), application(request).clock()
    heure, settling = state.settings.avis_hour, timedelta(minutes=state.settings.avis_settle_minutes)
    finies = [Finie(one.id, one.sort, one.motif) for one in body.finies]
    async with reading(request, acteur) as connection:
        await finish_letters(connection, finies, now)
        letters = await take_letters(connection, now, heure=heure, settling=settling) if body.encore else []
    return {"lettres": [letter(one, state.settings.public_url) for one in letters]}


@router.get("/etats", tags=["etats"])
async def list_etats(
    request: Request,
    acteur: ActeurDep,
    apres: UUID = _BEFORE_ALL,
    limite: Annotated[int, Query(ge=1, le=10_000)] = 5_000,
) -> dict[str, Any]:
    """`suite`: the last id of the page, to ask for the next one with; null at the end."""
    may_read_etats(acteur)
    async with reading(request, acteur) as connection:
        rows = await sql.page_of_etats(connection, apres, limite)
    suite = rows[-1].convocation_id if len(rows) == limite else None
    return {"etats": [dict(row) for row in rows], "suite": suite}
