"""The people one may convoke on a mission, for programs (R28, R35)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request

from acces.http import ActeurDep, Router
from chassis.problem import Problem
from convocation.affectation.presenters import SUGGESTIONS, nearest
from convocation.annuaire import reads as intervenants
from convocation.annuaire.domain import Intervenant
from convocation.annuaire.reads import Trouves
from convocation.commun.limites import count_read, limit_recherche
from convocation.convocations.refus import IntervenantInconnu
from convocation.missions.access import mission_to_search_for
from pages.commands import reading

router = Router(prefix="/api", tags=["missions"])


@router.get("/missions/{mission_id}/intervenants", dependencies=[Depends(limit_recherche)])
async def search_intervenants(
    request: Request,
    mission_id: UUID,
    acteur: ActeurDep,
    discipline: Annotated[list[str] | None, Query(description="codes: the établissement's own people (R28)")] = None,
    nom: Annotated[str | None, Query(max_length=100, description="« NOM Prénom », in the académie (R35)")] = None,
    *,
    ailleurs: Annotated[bool, Query(description="with discipline: other lycées of the académie, the nearest first")] = (
        False
    ),
) -> dict[str, Any]:
    """By discipline in the établissement, all ticked (R28, R30, R31), or by name in the académie (R35).

    `total` counts all who were found; by name and `ailleurs` the first twenty are told.
    """
    if (discipline is None) == (nom is None):
        raise Problem(422, "recherche", "Cherchez par discipline ou par nom.")
    async with reading(request, acteur) as connection:
        mission = await mission_to_search_for(connection, acteur, mission_id)
        if discipline is None:
            found = await intervenants.search(connection, mission.academie, nom or "", limit=SUGGESTIONS)
        elif ailleurs:
            found = await nearest(connection, mission, discipline)
        else:
            own = await intervenants.of_discipline(connection, mission.uai, mission.academie, discipline)
            found = Trouves(own, len(own))
    people, coche = found.personnes, discipline is not None and not ailleurs
    await count_read(request, acteur, people)
    return {
        "intervenants": [_person(one, coche=coche) for one in people],
        "total": found.total,
        "message": None if people else IntervenantInconnu.phrase,
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
