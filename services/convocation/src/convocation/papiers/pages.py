"""« Documents de la session »: all convocations in one PDF, one a file, as a table; attendance lists to sign."""

import asyncio
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import Response

from acces import securite
from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from acces.securite import Evenement
from chassis.database import Connection
from convocation.cadre.ecran import choisir_etablissement, page
from convocation.commun.limites import limit_document
from convocation.commun.tableur import XLSX, xlsx_bytes
from convocation.convocations import reads as convocations
from convocation.convocations.presenters import file_name
from convocation.convocations.reads import LigneConvocation
from convocation.missions import reads as missions
from convocation.papiers.access import may_see, mission_to_sign, to_take, visible_place
from convocation.papiers.application import application
from convocation.papiers.domain import LE_PLUS
from convocation.papiers.presenters import COLONNES, cellules, feuilles, zip_bytes
from convocation.papiers.refus import PersonneConvoquee, TropDeConvocations
from event_schemas.academies import local_time
from pages.commands import reading

router = Router(include_in_schema=False)
_ACTIVITE = "Documents de la session"
_PDF, _ZIP = "application/pdf", "application/zip"


@router.get("/papiers")
async def choose(request: Request, acteur: ActeurDep) -> Response:
    """The établissement first."""
    may_see(acteur)
    return await choisir_etablissement(request, acteur, _ACTIVITE, "/papiers")


@router.get("/papiers/{uai}")
async def voir(request: Request, uai: str, acteur: ActeurDep) -> Response:
    """What there is to take of a session."""
    async with reading(request, acteur) as connection:
        await visible_place(connection, acteur, uai)
        session, known = await _session(request, connection)
        rows = await to_take(connection, acteur, uai, session)
        active = [row for row in rows if row.active]
        return await page(
            request,
            connection,
            acteur,
            "papiers/papiers.html",
            uai=uai,
            place=next(iter(await missions.etablissements(connection, [uai])), None),
            session=session,
            sessions=[(one, one) for one in known],
            convoquees=len(active),
            missions=len({row.mission_id for row in active}),
        )


@router.get("/papiers/{uai}/convocations.pdf", dependencies=[Depends(limit_document)])
async def en_un(request: Request, uai: str, acteur: ActeurDep) -> Response:
    """Every active convocation, by mission and then by person, in one file."""
    rows = _active(await _taken(request, acteur, uai))
    keys = [(row.convocation_id, row.version) for row in rows]
    octets = await application(request).imprimeur.in_one(partial(reading, request, acteur), keys)
    return _file(octets, _PDF, f"convocations {uai} {rows[0].session}", "pdf")


@router.get("/papiers/{uai}/convocations.zip", dependencies=[Depends(limit_document)])
async def en_zip(request: Request, uai: str, acteur: ActeurDep) -> Response:
    """The same, each the kept document of its version, in a file of its own."""
    rows, state = _active(await _taken(request, acteur, uai)), application(request)
    keys, now = [(row.convocation_id, row.version) for row in rows], state.clock()
    async with state.imprimeur.turn():
        kept = await state.imprimeur.kept(partial(reading, request, acteur), keys, now)
        octets = await asyncio.to_thread(zip_bytes, rows, kept, local_time(rows[0].academie, now))
    return _file(octets, _ZIP, f"convocations {uai} {rows[0].session}", "zip")


@router.get("/papiers/{uai}/convocations.xlsx", dependencies=[Depends(limit_document)])
async def en_tableau(request: Request, uai: str, acteur: ActeurDep) -> Response:
    """All of them, cancelled ones too, with who has read hers."""
    rows = await _taken(request, acteur, uai)
    now = local_time(rows[0].academie, application(request).clock())
    octets = await asyncio.to_thread(lambda: xlsx_bytes("Convocations", COLONNES, [cellules(row) for row in rows], now))
    return _file(octets, XLSX, f"convocations {uai} {rows[0].session}", "xlsx")


@router.get("/papiers/{uai}/emargement.pdf", dependencies=[Depends(limit_document)])
async def emargement_de_session(request: Request, uai: str, acteur: ActeurDep) -> Response:
    """A sheet for each mission and day."""
    rows = _active(await _taken(request, acteur, uai))
    return await _sheets(request, acteur, rows, f"emargement {uai} {rows[0].session}")


@router.get("/missions/{mission_id}/emargement.pdf", dependencies=[Depends(limit_document)])
async def emargement(request: Request, mission_id: UUID, acteur: ActeurDep) -> Response:
    """A sheet for each day of the mission."""
    async with reading(request, acteur) as connection:
        mission = await mission_to_sign(connection, acteur, mission_id)
        rows = _active(await convocations.convocations_of_mission(connection, mission_id))
    return await _sheets(request, acteur, rows, f"emargement {mission.uai} {mission.code} {mission.voie}")


async def _session(request: Request, connection: Connection) -> tuple[str, list[str]]:
    """The one that is asked for, else the latest, and all that there are."""
    asked = request.query_params.get("session", "")
    known = await missions.sessions(connection, application(request).clock())
    return asked if asked in known else next(iter(known), ""), known


async def _taken(request: Request, acteur: Acteur, uai: str) -> list[LigneConvocation]:
    """What goes out, told to the security log. Raises MissionInconnue, PersonneConvoquee, TropDeConvocations."""
    async with reading(request, acteur) as connection:
        session, _ = await _session(request, connection)
        rows = await to_take(connection, acteur, uai, session)
    if not rows:
        raise PersonneConvoquee
    if len(rows) > LE_PLUS:
        raise TropDeConvocations
    securite.tell(request, Evenement.EXPORT, acteur, count=len(rows))
    return rows


def _active(rows: Sequence[LigneConvocation]) -> list[LigneConvocation]:
    """Raises PersonneConvoquee where all are cancelled."""
    found = [row for row in rows if row.active]
    if not found:
        raise PersonneConvoquee
    return found


async def _sheets(request: Request, acteur: Acteur, rows: Sequence[LigneConvocation], name: str) -> Response:
    state = application(request)
    async with reading(request, acteur) as connection:
        found = await missions.etablissements(connection, sorted({row.intervenant_uai for row in rows}))
    places = {one.uai: f"{one.etablissement_nom}, {one.etablissement_commune}" for one in found}
    now = local_time(rows[0].academie, state.clock())
    async with state.imprimeur.turn():
        octets = await asyncio.to_thread(lambda: state.feuilles.render(list(feuilles(rows, places)), now))
    return _file(octets, _PDF, name, "pdf")


def _file(octets: bytes, media_type: str, name: str, ending: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(name)}.{ending}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(octets, media_type=media_type, headers=headers)
