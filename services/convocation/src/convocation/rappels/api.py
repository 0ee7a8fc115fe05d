"""Reminders to établissements for programs: who is late, and the sending."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import Response

from acces.commande import Commande
from acces.http import ActeurDep, Router
from chassis.database import Connection
from convocation.avis.domain import Motif
from convocation.commun.application import application
from convocation.commun.http import IdempotencyKey, once
from convocation.commun.schemas import Academie, Session
from convocation.missions import reads as missions
from convocation.rappels import presenters
from convocation.rappels.access import authorise_reminding, within
from convocation.rappels.commands import Rappel, send_reminders
from convocation.rappels.domain import modele
from convocation.rappels.presenters import Demande
from convocation.rappels.schemas import RappelIn
from pages.commands import reading

router = Router(prefix="/api", tags=["rappels"])


@router.get("/rappels")
async def list_retards(
    request: Request,
    acteur: ActeurDep,
    motif: Annotated[Motif, Query()] = Motif.RIEN,
    session: Annotated[Session | None, Query(description="the latest, unless said")] = None,
    academie: Annotated[Academie | None, Query()] = None,
) -> dict[str, Any]:
    """The établissements that are late for the reason, with the last reminder for it; `recents` are held back."""
    state = application(request)
    seen, delai = within(acteur, academie or ""), timedelta(hours=state.settings.rappel_hours)
    async with reading(request, acteur) as connection:
        held = session or next(iter(await missions.sessions(connection, state.clock())), "")
        vue = await presenters.read(connection, seen, Demande(held, motif), state.clock(), delai)
    rows = [presenters.pour_programme(row) for row in vue.rows]
    return {"session": held, "motif": motif, "recents": sorted(vue.recents), "etablissements": rows}


@router.post("/rappels", status_code=201)
async def rappeler(request: Request, body: RappelIn, acteur: ActeurDep, key: IdempotencyKey = None) -> Response:
    """All of them or none: 409 `rappel-recent` names who was reminded a short while ago and is not in `encore`."""
    delai = timedelta(hours=application(request).settings.rappel_hours)

    async def work(command: Commande, _: None) -> dict[str, Any]:
        texte = modele(body.motif) if body.texte is None else body.texte
        wanted = Rappel(body.session, body.motif, body.uais, texte, dict.fromkeys(body.encore))
        done = await send_reminders(command, wanted, delai)
        groups = {"rappeles": done.rappeles, "sans_adresse": done.sans_adresse, "a_jour": done.a_jour}
        return {name: [one.uai for one in rows] for name, rows in groups.items()}

    async def may(_connection: Connection) -> None:
        authorise_reminding(acteur, ())

    return await once(request, acteur, key, body.model_dump(mode="json"), may, work)
