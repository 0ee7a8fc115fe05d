"""The gestionnaire's contact for programs (R36, R54)."""

from typing import Annotated

from fastapi import Path, Request

from acces.http import ActeurDep, Router
from convocation.commun.schemas import Academie
from convocation.demandes.commands import record_contact
from convocation.demandes.schemas import ContactIn
from pages.commands import commande

router = Router(prefix="/api", tags=["administration"])


@router.put("/academies/{academie}/contact")
async def enregistrer_contact(
    request: Request, academie: Annotated[Academie, Path()], body: ContactIn, acteur: ActeurDep
) -> dict[str, str]:
    """Whom the établissements of the académie contact (R36, R54)."""
    async with commande(request, acteur) as command:
        await record_contact(command, academie, (body.nom, body.courriel, body.telephone, body.horaires))
    return body.model_dump()
