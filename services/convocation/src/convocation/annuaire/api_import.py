"""The directory, many people at once, for programs (R36)."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from acces.http import ActeurDep
from chassis.http import Problem
from convocation.annuaire.import_intervenants import import_intervenants
from convocation.annuaire.schemas import IntervenantsIn
from convocation.commun.schemas import Academie
from pages.commands import commande

router = APIRouter(prefix="/api", tags=["administration"])
_DU_GESTIONNAIRE = frozenset({"stagiaire", "profils", "indisponibilites"})  # an import may not know them


@router.put("/academies/{academie}/intervenants")
async def importer_intervenants(
    request: Request, academie: Annotated[Academie, Path()], body: IntervenantsIn, acteur: ActeurDep
) -> dict[str, Any]:
    """Create or replace people by number (R36): all of the list or none of it."""
    people = [one.personne(one.numero, academie, actif=one.actif) for one in body.intervenants]
    if len({one.numero for one in people}) != len(people):
        raise Problem(422, "numero-double", "Un numéro d’intervenant est donné deux fois.")
    async with commande(request, acteur) as command:
        kept = {one.numero: _DU_GESTIONNAIRE - one.model_fields_set for one in body.intervenants}
        await import_intervenants(command, academie, people, kept)
    return {"enregistres": len(people)}
