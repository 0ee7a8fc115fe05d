"""A person's missions in her own calendar, by a private address that she can revoke."""

import asyncio
from hashlib import sha256
from uuid import UUID

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from acces.http import ActeurDep, Router
from chassis.database import Connection
from chassis.problem import Problem
from convocation.commun.application import application
from convocation.commun.jetons import make_calendrier, read_calendrier
from convocation.commun.limites import limit_porte
from convocation.mes_missions import sql
from convocation.mes_missions.calendrier import VersionRow, evenement, publication
from convocation.mes_missions.commands import set_abonnement
from pages.commands import commande, itself, see_other
from pages.forms import fields, text

router = Router(include_in_schema=False)
_FAITS = {"creer": "calendrier-ouvert", "revoquer": "calendrier-revoque"}


def add_to(app: FastAPI) -> None:
    """A plain route: a calendar program has the address and no session."""
    app.add_route("/calendrier/{token}.ics", calendrier)


async def abonnement_url(request: Request, connection: Connection, numero: str) -> str | None:
    """The person's address as the page shows it; None while she has none."""
    state = application(request)
    held = await sql.abonnement_of(connection, numero)
    token = make_calendrier(held, state.sceaux.calendriers) if held else None
    return f"{state.settings.public_url}/calendrier/{token}.ics" if token else None


@router.post("/mes-missions/calendrier")
async def enregistrer(request: Request, acteur: ActeurDep) -> Response:
    """Open the address, or revoke it."""
    async with fields(request) as form:
        action = text(form, "action")
    if action not in _FAITS:
        raise Problem(422, "action-inconnue", "Cette demande n’a pas été comprise.")
    async with commande(request, acteur) as command:
        await set_abonnement(command, ouvert=action == "creer")
    return see_other(f"/mes-missions?fait={_FAITS[action]}")


async def calendrier(request: Request) -> Response:
    """The feed; 404 for an address that is revoked or was never given."""
    await limit_porte(request, "/calendrier/{token}.ics")
    state = application(request)
    abonnement_id = read_calendrier(request.path_params["token"], state.sceaux.calendriers)
    rows = await _convocations(request, abonnement_id) if abonnement_id else None
    if rows is None:
        raise HTTPException(404)
    told = [evenement(row) for row in rows]
    content = (await asyncio.to_thread(publication, told, state.settings.calendar_organizer)).encode()
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    if _held(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = 'inline; filename="missions-imagin.ics"'
    return Response(content, media_type="text/calendar", headers=headers)  # starlette adds charset=utf-8


async def _convocations(request: Request, abonnement_id: UUID) -> list[VersionRow] | None:
    async with itself(request) as connection:
        return await sql.convocations_of_abonnement(connection, abonnement_id)


def _held(if_none_match: str, etag: str) -> bool:
    """RFC 9110 section 13.1.2: a list of tags, compared weakly, or any."""
    tags = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return etag in tags or tags == ["*"]
