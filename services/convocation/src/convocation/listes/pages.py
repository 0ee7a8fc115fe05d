"""« Convocation par mission » (R19, R23), « Consultation des missions convoquées » (R22), the detail (R26, R42)."""

from datetime import datetime
from math import ceil
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import HTMLResponse

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from chassis.database import Connection
from convocation.cadre.access import offered
from convocation.cadre.ecran import page
from convocation.commun.access import choose_academie
from convocation.commun.application import application
from convocation.convocations import reads as views
from convocation.convocations.presenters import line_of
from convocation.demandes import reads as demandes
from convocation.empechements import reads as empechements
from convocation.exigences import reads as exigences
from convocation.interventions.access import may_intervene
from convocation.listes import presenters, sql
from convocation.listes.access import filtre_missions
from convocation.listes.domain import LIBELLES_ETATS, LIBELLES_TRIS
from convocation.listes.reads import marked_there
from convocation.listes.sql import FiltreMissions
from convocation.missions import reads as missions
from convocation.missions.access import can_convoke, visible_mission
from convocation.missions.domain import LIBELLES_TYPE, Mission, MissionType
from convocation.ouvertures import reads as ouvertures
from convocation.ouvertures.presenters import annonces, fermetures, service
from convocation.ouvertures.refus import ServiceFerme
from convocation.papiers.access import may_sign
from pages.commands import reading
from pages.forms import page_number

router = Router(include_in_schema=False)
_ASKED = ("session", "type", "etat", "q")
_TAILLE = 50


@router.get("/missions")
async def convocation_par_mission(request: Request, acteur: ActeurDep) -> HTMLResponse:
    """Missions open to convocation (R13); the rectorat sees the closed ones too."""
    return await _liste(request, acteur, convoquees=False)


@router.get("/missions-convoquees")
async def consultation(request: Request, acteur: ActeurDep) -> HTMLResponse:
    """Missions with people convoked, whether the service is open or not."""
    return await _liste(request, acteur, convoquees=True)


def _filtre(acteur: Acteur, asked: dict[str, str], number: str, *, convoquees: bool) -> FiltreMissions:
    """What makes no sense is left out."""
    return filtre_missions(
        acteur,
        session=asked["session"] or None,
        type_=asked["type"] if asked["type"] in LIBELLES_TYPE else None,
        texte=asked["q"][:100],
        etat=asked["etat"] if asked["etat"] in LIBELLES_ETATS else None,
        tri=asked["tri"] if asked["tri"] in LIBELLES_TRIS else "epreuve",
        convoquees=convoquees,
        academie=asked["academie"],
        page=page_number(number),
        taille=_TAILLE,
    )


async def _liste(request: Request, acteur: Acteur, *, convoquees: bool) -> HTMLResponse:
    asked = {name: request.query_params.get(name, "") for name in ("academie", *_ASKED, "tri")}
    filtre = _filtre(acteur, asked, request.query_params.get("page", "1"), convoquees=convoquees)
    async with reading(request, acteur) as connection:
        lot, now = application(request).settings.lot_copies, application(request).clock()
        # Both ask it; and both of what is told below ask for the académie.
        marked = await marked_there(connection, filtre.uais, lot) if filtre.uais else None
        academie = await missions.academie(connection, filtre.uais[0]) if filtre.uais else None
        rows = await sql.liste_missions(connection, filtre, lot=lot, now=now, marked_here=marked)
        sessions = await missions.sessions(connection, now)
        total = rows[0].total if rows else 0
        kept = urlencode({name: value for name, value in asked.items() if value})
        return await page(
            request,
            connection,
            acteur,
            "listes/missions.html",
            lignes=[presenters.ligne(row) for row in rows],
            total=total,
            filtre=filtre,
            demande=asked,
            filtree=any(asked[name] for name in ("academie", *_ASKED)),
            academies=choose_academie(acteur, "missions.lire", "").choix,
            pages=ceil(total / _TAILLE),
            vers=lambda n: f"?{kept}&page={n}" if kept else f"?page={n}",
            sessions=[(one, one) for one in sessions],
            types=list(LIBELLES_TYPE.items()),
            etats=list(LIBELLES_ETATS.items()),
            tris=list(LIBELLES_TRIS.items()),
            par_etablissement=filtre.uais is None or len(filtre.uais) > 1,
            raison=ServiceFerme.phrase if filtre.ouvertes else "",
            annonces=await _annonces(connection, filtre, now),
            fermetures=await _fermetures(connection, filtre, now) if not rows else [],
            attente=await _attente_of(request, connection, filtre, academie, marked_here=bool(marked)),
            a_preparer=bool(rows) and not convoquees and offered(acteur, {"session.preparer"}),
            contact=await demandes.contact(connection, academie) if academie else None,
            empechements=await empechements.a_traiter(connection, filtre.uais or []),
        )


async def _annonces(connection: Connection, filtre: FiltreMissions, now: datetime) -> list[str]:
    """When the établissement's service will open, told on the list of what is open."""
    if not filtre.ouvertes:
        return []
    uais = filtre.uais or []
    return annonces(await ouvertures.a_venir(connection, uais, now), several=len(uais) > 1)


async def _fermetures(connection: Connection, filtre: FiltreMissions, now: datetime) -> list[str]:
    """What was closed: its établissement does not wait for it to open."""
    if not filtre.ouvertes:
        return []
    alive = await missions.vivantes(connection, now)
    return fermetures(await ouvertures.fermees(connection, filtre.uais or [], alive, now), now)


async def _attente_of(
    request: Request, connection: Connection, filtre: FiltreMissions, academie: str | None, *, marked_here: bool
) -> dict[str, Any] | None:
    """Told to the établissement, on all its missions; the rectorat sees it mission by mission."""
    if not filtre.uais:
        return None
    lot, before = application(request).settings.lot_copies, _silent_before(request)
    found = await sql.attente_of_etablissements(connection, filtre.uais, before, lot=lot, marked_here=marked_here)
    return presenters.attente(found, academie, lies=True)


def _silent_before(request: Request) -> datetime:
    state = application(request)
    return presenters.silent_before(state.clock(), state.settings.santorin_silence_minutes)


@router.get("/missions/{mission_id}")
async def detail(request: Request, mission_id: UUID, acteur: ActeurDep) -> HTMLResponse:
    """« Le détail de la mission s'affiche ainsi que les boutons » (R26), with its « Liste des Intervenants » (R42)."""
    async with reading(request, acteur) as connection:
        mission = await visible_mission(connection, acteur, mission_id)
        context = await _contents(request, connection, acteur, mission)
        suivante = await _next(connection, acteur, mission)
        return await page(request, connection, acteur, "listes/mission.html", suivante=suivante, **context)


async def _next(connection: Connection, acteur: Acteur, mission: Mission) -> Mission | None:
    """The mission to convoke on after this one."""
    if not can_convoke(acteur, mission):
        return None
    found = [
        one
        for one in await missions.of_etablissement(connection, mission.uai, mission.session)
        if can_convoke(acteur, one)
    ]
    ids = [one.mission_id for one in found]
    if mission.mission_id not in ids:
        return None
    return next(iter(found[ids.index(mission.mission_id) + 1 :]), None)


@router.get("/missions/{mission_id}/intervenants")
async def liste_des_intervenants(
    request: Request, mission_id: UUID, acteur: ActeurDep, vu: Annotated[int, Query(ge=0)] = 0
) -> HTMLResponse:
    """The list alone, for the page that waits for SANTORIN and the mails; `vu`: how often it has asked."""
    async with reading(request, acteur) as connection:
        mission = await visible_mission(connection, acteur, mission_id)
        context = await _contents(request, connection, acteur, mission, vu=vu + 1)
        return await page(request, connection, acteur, "listes/liste_des_intervenants.html", **context)


async def _contents(
    request: Request, connection: Connection, acteur: Acteur, mission: Mission, *, vu: int = 0
) -> dict[str, Any]:
    exigence = await exigences.rule_in_force(connection, mission.academie, mission.code)
    etat = await sql.etat_of(connection, mission.mission_id, lot=application(request).settings.lot_copies)
    rows = await views.convocations_of_mission(connection, mission.mission_id)
    decisions = await ouvertures.decisions(connection, mission.session, mission.academie, mission.uai)
    people = [line_of(row) for row in rows]
    attente = await sql.attente_of_mission(connection, etat, _silent_before(request))
    ouverte, jusqu_au, raison = service(decisions, mission, application(request).clock())
    return {
        "mission": mission,
        "numerisation": mission.type is MissionType.NUMERISATION,
        "type_libelle": LIBELLES_TYPE[mission.type],
        "etat": presenters.etat_badges(etat),
        "besoin": etat.besoin,
        "pourvus": etat.pourvus,
        "requis": list(exigence.profils),
        "manquants": etat.profils_manquants,
        "personnes": people,
        "convoques": etat.convoques,
        "ouverte": ouverte,
        "ecrit": can_convoke(acteur, mission),
        "papiers": may_sign(acteur, mission),
        "agir": f"/interventions/{mission.uai}?session={mission.session}" if may_intervene(acteur) else "",
        "jusqu_au": jusqu_au,
        "raison": raison,
        "contact": await demandes.contact(connection, mission.academie),
        "attente": presenters.attente(attente, mission.academie),
        "empechements": etat.empechements,
        "en_attente": any(one["suivi"].en_attente for one in people),
        "vu": vu,
    }
