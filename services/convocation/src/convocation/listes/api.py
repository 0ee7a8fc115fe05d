"""Missions and the people one may convoke on them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request

from acces.http import ActeurDep, Router
from convocation.commun.application import application
from convocation.commun.schemas import Session
from convocation.convocations import presenters as convocations
from convocation.convocations import reads as views
from convocation.exigences import reads as exigences
from convocation.listes import presenters
from convocation.listes.access import filtre_missions
from convocation.listes.sql import etat_of, liste_missions
from convocation.missions.access import visible_mission
from convocation.missions.domain import CONSEIL_DATE
from convocation.nomenclature import reads as nomenclature
from convocation.ouvertures import reads as ouvertures
from convocation.ouvertures.domain import est_ouvert
from convocation.ouvertures.presenters import annonces
from convocation.ouvertures.refus import ServiceFerme
from pages.commands import reading

router = Router(prefix="/api", tags=["missions"])


@router.get("/missions")
async def list_missions(
    request: Request,
    acteur: ActeurDep,
    session: Annotated[Session | None, Query()] = None,
    type: Annotated[Literal["CORRECTION", "NUMERISATION"] | None, Query()] = None,  # noqa: A002
    q: Annotated[str | None, Query(max_length=100)] = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    taille: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:
    """« La liste des missions ouvertes à la convocation » (R13, R19); rectorats see the closed ones too."""
    filtre = filtre_missions(acteur, session=session, type_=type, texte=q or "", page=page, taille=taille)
    lot, now = application(request).settings.lot_copies, application(request).clock()
    async with reading(request, acteur) as connection:
        rows = await liste_missions(connection, filtre, lot=lot, now=now)
        message = None
        if not rows and filtre.ouvertes:
            a_venir = await ouvertures.a_venir(connection, sorted(acteur.uais), now)
            message = " ".join([ServiceFerme.phrase, *annonces(a_venir, several=len(acteur.uais) > 1)])
    total = rows[0].total if rows else 0
    return {"missions": [presenters.mission(row) for row in rows], "total": total, "page": page, "message": message}


@router.get("/missions/{mission_id}")
async def get_mission(request: Request, mission_id: UUID, acteur: ActeurDep) -> dict[str, Any]:
    """« Le détail de la mission » (R26) and its « Liste des Intervenants » (R42)."""
    async with reading(request, acteur) as connection:
        mission = await visible_mission(connection, acteur, mission_id)
        etat = await etat_of(connection, mission_id, lot=application(request).settings.lot_copies)
        exigence = await exigences.rule_in_force(connection, mission.academie, mission.code)
        rows = await views.convocations_of_mission(connection, mission_id)
        decisions = await ouvertures.decisions(connection, mission.session, mission.academie, mission.uai)
        disciplines = await nomenclature.of_epreuve(connection, mission.code)
    return presenters.mission(etat) | {
        "ouverte": est_ouvert(decisions, mission.academie, mission.uai, application(request).clock()),
        "conseil_date": CONSEIL_DATE,
        "disciplines": disciplines,
        "profils_requis": list(exigence.profils),
        "profils_manquants": etat.profils_manquants,
        "intervenants": [convocations.convocation(one) for one in rows],
    }
