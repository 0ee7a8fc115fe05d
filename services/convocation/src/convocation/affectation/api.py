"""The people one may convoke on a mission, for programs (R28, R35)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request

from acces.http import ActeurDep, Router
from chassis.problem import Problem
from convocation.annuaire import reads as intervenants
from convocation.annuaire.domain import Intervenant
from convocation.commun.limites import count_read, limit_recherche
from convocation.convocations.refus import IntervenantInconnu
from convocation.missions.access import mission_to_search_for
from pages.commands import reading

router = Router(prefix="/api", tags=["missions"])
_SUGGESTIONS = 20


@router.get("/missions/{mission_id}/intervenants", dependencies=[Depends(limit_recherche)])
async def search_intervenants(
    request: Request,
    mission_id: UUID,
    acteur: ActeurDep,
    discipline: Annotated[list[str] | None, Query(description="codes: the établissement's own people (R28)")] = None,
    nom: Annotated[str | None, Query(max_length=100, description="« NOM Prénom », in the académie (R35)")] = None,
) -> dict[str, Any]:
    """By discipline in the établissement, all ticked (R28, R30, R31), or by name in the académie (R35)."""
    if (discipline is None) == (nom is None):
        raise Problem(422, "recherche", "Cherchez par discipline ou par nom.")
    async with reading(request, acteur) as connection:
        mission = await mission_to_search_for(connection, acteur, mission_id)
        if discipline is not None:
            found = await intervenants.of_discipline(connection, mission.uai, mission.academie, discipline)
        else:
            found = (await intervenants.search(connection, mission.academie, nom or "", limit=_SUGGESTIONS))[0]
    await count_read(request, acteur, found)
    return {
        "intervenants": [_person(one, coche=discipline is not None) for one in found],
        "message": None if found else IntervenantInconnu.phrase,
    }


def _person(one: Intervenant, *, coche: bool) -> dict[str, Any]:
    return {
        "numero": one.numero,
        "civilite": one.civilite,
        "nom": one.nom,
        "prenom": one.prenom,
        "uai": one.uai,
        "uais_secondaires": list(one.uais_secondaires),
        "disciplines": list(one.disciplines),
        "coche": coche,
    }
