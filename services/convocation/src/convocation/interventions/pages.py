"""« Agir pour un établissement »: the reason first; then the pages of the établissement, until one ends it."""

from functools import partial
from typing import Any

from fastapi import Request
from starlette.responses import Response

from acces import securite
from acces.acteur import Acteur
from acces.http import ActeurDep, Router, secret_of
from acces.securite import Evenement
from convocation.cadre.ecran import page
from convocation.commun.application import application
from convocation.commun.refus import Refus
from convocation.commun.refusals import errors_of, status_of
from convocation.interventions import sql
from convocation.interventions.access import (
    POUR,
    etablissement_to_act_for,
    may_end,
    may_intervene,
    seen,
    where_to_intervene,
)
from convocation.interventions.commands import begin, finish
from convocation.interventions.domain import DUREE, MAX_MOTIF
from convocation.interventions.presenters import line
from convocation.interventions.refus import InterventionFinie, MotifVide, SansSession
from convocation.missions import reads as missions
from pages.commands import commande, reading, see_other
from pages.forms import fields, page_number, text

router = Router(include_in_schema=False)
_TAILLE = 50
_TROUVES = 20


@router.get("/interventions")
async def lister(request: Request, acteur: ActeurDep) -> Response:
    """The rectorat's acts for one's établissements or académies, the latest first."""
    reach, number = seen(acteur), page_number(request.query_params.get("page", "1"))
    asked, places = request.query_params.get("q", "")[:100], where_to_intervene(acteur)
    async with reading(request, acteur) as connection:
        found = await sql.etablissements(connection, places.academies, asked, _TROUVES + 1) if places else []
        rows = await sql.page(connection, reach.uais, reach.academies, taille=_TAILLE, page=number)
        total = rows[0].total if rows else 0
        context: dict[str, Any] = {
            "lignes": [line(row) for row in rows],
            "pages": -(-total // _TAILLE),
            "page_numero": number,
            "vers": lambda n: f"?page={n}",
            "plusieurs": reach.uais is None or len(reach.uais) > 1,
            "agit": places is not None,
            "q": asked,
            "trouves": found[:_TROUVES],
            "trop": len(found) > _TROUVES,
        }
        return await page(request, connection, acteur, "interventions/interventions.html", **context)


@router.get("/interventions/{uai}")
async def preparer(request: Request, uai: str, acteur: ActeurDep) -> Response:
    """Who it is for, and why."""
    return await _ask(request, acteur, uai, "", None)


@router.post("/interventions/fin")
async def finir(request: Request, acteur: ActeurDep) -> Response:
    """In every browser of the person at once. Where it is over already, another page of it still had the button."""
    if may_intervene(acteur):
        return see_other("/interventions?fait=intervention-finie")
    may_end(acteur)
    state, secret = application(request), secret_of(request)
    entree = await state.sessions.entree(secret)
    if entree is not None:
        await state.sessions.act_no_more_as(POUR, entree.compte)
    async with commande(request, acteur) as command:
        await finish(command)
    securite.tell(request, Evenement.ACTING_ENDED, acteur)
    return see_other("/interventions?fait=intervention-finie")


@router.post("/interventions/{uai}")
async def commencer(request: Request, uai: str, acteur: ActeurDep) -> Response:
    """From now on the session is the établissement's. One acts for one at a time."""
    state, secret = application(request), secret_of(request)
    entree = await state.sessions.entree(secret)
    async with fields(request) as form:
        motif, session = text(form, "motif").strip(), text(form, "session")
    try:
        async with commande(request, acteur) as command:
            known = await missions.vivantes(command.connection, command.now)
            held = session if session in known else next(iter(known), "")
            fonction = await begin(command, uai, held, motif)
            if entree is None:
                raise SansSession
    except MotifVide as refus:
        return await _ask(request, acteur, uai, motif, refus)
    assert entree is not None  # else the command has refused
    # In another browser one may have begun for another one meanwhile: what is over is acted in no more.
    if not await state.sessions.act_as(secret, entree.compte, fonction, partial(sql.hold, par=acteur.sub, uai=uai)):
        raise InterventionFinie
    securite.tell(request, Evenement.ACTING_FOR, fonction)
    return see_other(f"/preparation/{uai}?session={held}")


async def _ask(request: Request, acteur: Acteur, uai: str, motif: str, refus: Refus | None) -> Response:
    async with reading(request, acteur) as connection:
        place = await etablissement_to_act_for(connection, acteur, uai)
        known = await missions.vivantes(connection, application(request).clock())
        asked = request.query_params.get("session", "")
        context: dict[str, Any] = {
            "place": place,
            "motif": motif,
            "max_motif": MAX_MOTIF,
            "heures": int(DUREE.total_seconds() // 3600),
            "session_choisie": asked if asked in known else next(iter(known), ""),
            "choix_sessions": [(one, one) for one in known],
            "erreurs": errors_of(refus) if refus else [],
        }
        status = status_of(refus) if refus else 200
        return await page(request, connection, acteur, "interventions/commencer.html", status=status, **context)
