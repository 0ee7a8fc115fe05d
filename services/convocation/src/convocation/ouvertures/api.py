"""Openings of the service for programs (R12)."""

from typing import Annotated, Any

from fastapi import Query, Request

from acces.http import ActeurDep, Router
from chassis.problem import Problem
from convocation.commun.application import application
from convocation.commun.schemas import Session
from convocation.ouvertures import reads, sql
from convocation.ouvertures.access import may_decide, may_read
from convocation.ouvertures.commands import open_service
from convocation.ouvertures.domain import Cible, Decision, PorteeOuverture
from convocation.ouvertures.presenters import par_academie
from convocation.ouvertures.schemas import OuvertureIn
from pages.commands import commande, reading

router = Router(prefix="/api", tags=["administration"])
_CODE_LENGTHS = {PorteeOuverture.NATIONALE: 1, PorteeOuverture.ACADEMIE: 2, PorteeOuverture.ETABLISSEMENT: 8}


@router.put("/ouvertures")
async def ouvrir(request: Request, body: OuvertureIn, acteur: ActeurDep) -> dict[str, Any]:
    """« L'Administrateur IMAGIN ouvre le service convocation » (R12), or closes it."""
    cible = Cible(PorteeOuverture(body.portee), body.code)
    if len(cible.code) != _CODE_LENGTHS[cible.portee]:
        raise Problem(422, "portee", "Le code ne va pas avec la portée : « * », l’académie ou l’UAI.")
    decision = None if body.ouverte is None else Decision(body.ouverte, body.debut, body.fin)
    async with commande(request, acteur) as command:
        await open_service(command, body.session, {cible: decision}, body.motif)
    return body.model_dump()


@router.get("/ouvertures/en-cours")
async def list_en_cours(request: Request, acteur: ActeurDep, session: Annotated[Session, Query()]) -> dict[str, Any]:
    """What is under way in a session: to read before its service is closed for the nation."""
    may_decide(acteur)
    async with reading(request, acteur) as connection:
        found = await reads.en_cours(connection, session, application(request).clock())
    return {"session": session} | found._asdict()


@router.get("/ouvertures")
async def list_ouvertures(
    request: Request, acteur: ActeurDep, session: Annotated[Session | None, Query()] = None
) -> dict[str, Any]:
    """Every decision taken, the latest first; with `session` also what holds now, académie by académie."""
    may_read(acteur)
    async with reading(request, acteur) as connection:
        rows = await sql.all_of(connection, session)
        academies = []
        if session:
            now = application(request).clock()
            places = await sql.academies(connection, session, now)
            academies = par_academie(await sql.general(connection, session), places, now)
    return {"ouvertures": [dict(row) for row in rows], "academies": academies}
