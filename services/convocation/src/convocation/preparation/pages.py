"""« Préparer la session »: one form for all missions, with or without script; each of its buttons keeps the draft.

Everything is posted, so that no URL holds names or numbers of people.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from chassis.database import Connection
from convocation.cadre.ecran import choisir_etablissement, page
from convocation.commun.application import application
from convocation.commun.limites import count_read, limit_recherche
from convocation.commun.refus import Refus
from convocation.convocations.commands import PassageOutre
from convocation.convocations.domain import LIBELLES
from convocation.convocations.refus import AvertissementsALire, PersonneChoisie
from convocation.listes import reads as etats
from convocation.listes.presenters import etat_badges
from convocation.missions import reads as missions
from convocation.missions.domain import CONSEIL_DATE, Mission, MissionType
from convocation.missions.refus import SessionArchivee
from convocation.ouvertures import reads as ouvertures
from convocation.ouvertures.presenters import service
from convocation.preparation import sql
from convocation.preparation.access import may_prepare, missions_to_prepare
from convocation.preparation.commands import convoke_mission, keep_draft
from convocation.preparation.domain import propose_coordinateurs
from convocation.preparation.forms import MAX_FIELDS, Preparation, read_preparation
from convocation.preparation.presenters import Donnees, add_neighbours, begin, known, present, read, search
from event_schemas.academies import local_time
from pages.commands import commande, reading, see_other
from pages.forms import fields

router = Router(include_in_schema=False)
_ACTIVITE = "Préparer la session"


@dataclass(frozen=True)
class _Bilan:
    """What became of « Convoquer », by mission: refused, or how many people were convoked; nobody was ticked."""

    refus: dict[UUID, Refus] = field(default_factory=dict)
    faites: dict[UUID, int] = field(default_factory=dict)
    vide: bool = False


@router.get("/preparation")
async def choose(request: Request, acteur: ActeurDep) -> Response:
    """The établissement first."""
    may_prepare(acteur)
    return await choisir_etablissement(request, acteur, _ACTIVITE, "/preparation")


@router.get("/preparation/{uai}")
async def ouvrir(request: Request, uai: str, acteur: ActeurDep, session: str = "") -> Response:
    """The draft as it was left, else what is proposed."""
    async with reading(request, acteur) as connection:
        session = await _session(request, connection, session)
        donnees = await read(connection, uai, await missions_to_prepare(connection, acteur, uai, session))
        begun = await begin(connection, donnees)
        begun.preparation.cle = secrets.token_urlsafe(16)
        return await _show(request, connection, acteur, session, donnees, begun.preparation, gardee=begun.gardee)


@router.post("/preparation/{uai}", dependencies=[Depends(limit_recherche)])
async def remplir(request: Request, uai: str, acteur: ActeurDep, session: str = "") -> Response:
    """« Convoquer », or one of the buttons on the way there."""
    async with reading(request, acteur) as connection:
        session = await _session(request, connection, session)
        found = await missions_to_prepare(connection, acteur, uai, session)
    async with fields(request, max_fields=MAX_FIELDS) as form:
        preparation = read_preparation(form, [one.mission_id for one in found])
    bilan = _Bilan()
    if preparation.action == "convoquer":
        bilan = await _convoke(request, acteur, found, preparation)
        if bilan.faites and not bilan.refus:
            told = sum(bilan.faites.values())
            return see_other(f"/preparation/{uai}?session={session}&fait=preparee&n={told}", request)
    async with commande(request, acteur) as command:
        donnees = await read(command.connection, uai, found)
        connus = await known(command.connection, donnees)
        await _help(command.connection, donnees, preparation)
        await search(command.connection, donnees, preparation)
        await keep_draft(command, uai, session, preparation.drafts())
    async with reading(request, acteur) as connection:
        return await _show(request, connection, acteur, session, donnees, preparation, connus=connus, bilan=bilan)


async def _session(request: Request, connection: Connection, asked: str) -> str:
    """The one asked for, where there is such a one, else the latest.

    Raises SessionArchivee: of another session one would type what is of this one.
    """
    known = await missions.vivantes(connection, application(request).clock())
    if asked not in known and await missions.archivee(connection, asked):
        raise SessionArchivee
    return asked if asked in known else next(iter(known), "")


async def _convoke(request: Request, acteur: Acteur, found: list[Mission], preparation: Preparation) -> _Bilan:
    """One transaction a mission."""
    bilan = _Bilan(vide=not any(one.coches for one in preparation.missions.values()))
    for mission in found:
        mission_id = mission.mission_id
        numeros, lus = preparation.missions[mission_id].coches, preparation.lus_of(mission_id)
        if not numeros:
            continue
        try:
            saisie, outre = preparation.saisie(mission_id), PassageOutre(lus, preparation.motif)
            async with commande(request, acteur) as command:
                convoked = await convoke_mission(command, mission_id, numeros, saisie, outre, preparation.cle)
        except Refus as refus:
            bilan.refus[mission_id] = refus
        else:
            bilan.faites[mission_id], preparation.missions[mission_id].coches = convoked, []
    return bilan


async def _help(connection: Connection, donnees: Donnees, preparation: Preparation) -> None:
    """What a button enters for the person."""
    ids = [one.mission_id for one in donnees.missions]
    if preparation.action == "reprendre":
        for one in await sql.precedentes(connection, ids):
            preparation.missions[one.mission_id].add(one.numero, one.qualite or "")
    elif preparation.action == "coordinateurs":
        corrections = [one.mission_id for one in donnees.missions if one.type is MissionType.CORRECTION]
        propose_coordinateurs(preparation.missions, donnees.existantes, corrections)
    elif preparation.action.startswith("ailleurs|"):
        await add_neighbours(connection, donnees, preparation, preparation.action.removeprefix("ailleurs|"))


async def _show(
    request: Request,
    connection: Connection,
    acteur: Acteur,
    session: str,
    donnees: Donnees,
    preparation: Preparation,
    *,
    gardee: sql.BrouillonRow | None = None,
    connus: set[str] | None = None,
    bilan: _Bilan | None = None,
) -> Response:
    bilan = bilan or _Bilan()
    found, now, academie = donnees.missions, application(request).clock(), donnees.academie
    service_of = await _service(connection, found, request)
    jour = local_time(academie, now).date()
    vue = await present(connection, donnees, preparation, ouvert=service_of["ouverte"], aujourdhui=jour)
    if connus is not None:  # with every box the page is asked for again: whom the lycée knows is not read anew
        await count_read(request, acteur, sorted(vue.numeros - connus))
    return await page(
        request,
        connection,
        acteur,
        "preparation/preparation.html",
        status=422 if bilan.refus or bilan.vide else 200,
        session=session,
        sessions=await missions.vivantes(connection, now),
        preparation=preparation,
        vue=vue,
        etats=await _etats(request, connection, found),
        gardee=(local_time(academie, gardee.le), gardee.par_nom) if gardee else None,
        erreurs=[{"champ": "", "texte": PersonneChoisie.phrase}] if bilan.vide else _errors(found, bilan.refus),
        a_lire=any(isinstance(one, AvertissementsALire) for one in bilan.refus.values()),
        faites=len(bilan.faites),
        convoquees=sum(bilan.faites.values()),
        qualites=list(LIBELLES.items()),
        conseil=CONSEIL_DATE,
        aujourdhui=jour,
        **service_of,
    )


async def _service(connection: Connection, found: list[Mission], request: Request) -> dict[str, Any]:
    if not found:
        return {"ouverte": False, "jusqu_au": None, "raison": ""}
    one = found[0]
    decisions = await ouvertures.decisions(connection, one.session, one.academie, one.uai)
    ouverte, jusqu_au, raison = service(decisions, one, application(request).clock())
    return {"ouverte": ouverte, "jusqu_au": jusqu_au, "raison": raison}


async def _etats(request: Request, connection: Connection, found: list[Mission]) -> dict[UUID, dict[str, Any]]:
    """Need, who counts for it, and the badges of each mission."""
    if not found:
        return {}
    lot = application(request).settings.lot_copies
    rows = await etats.of_etablissement(connection, found[0].uai, found[0].session, lot=lot)
    return {row.mission_id: {"besoin": row.besoin, "pourvus": row.pourvus, "badges": etat_badges(row)} for row in rows}


def _errors(found: list[Mission], refus: dict[UUID, Refus]) -> list[dict[str, str]]:
    """A sentence for each mission that was refused; warnings to read are shown where they are."""
    return [
        {
            "champ": f"mission-{one.mission_id}",
            "texte": f"{one.intitule} : {refus[one.mission_id].phrase}",
        }
        for one in found
        if one.mission_id in refus and not isinstance(refus[one.mission_id], AvertissementsALire)
    ]
