"""A person's own convocations for programs (R57)."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from acces.http import ActeurDep, Router
from convocation.commun.http import IfMatch, etag, expected_version
from convocation.convocations import presenters
from convocation.convocations import reads as views
from convocation.mes_missions.access import may_read_own
from convocation.mes_missions.commands import acknowledge_convocation
from pages.commands import commande, reading

router = Router(prefix="/api", tags=["convocations"])


@router.post("/convocations/{convocation_id}/prise-de-connaissance")
async def prendre_connaissance(
    request: Request, convocation_id: UUID, acteur: ActeurDep, response: Response, if_match: IfMatch = None
) -> dict[str, Any]:
    """« J'ai pris connaissance » of the version read, by the person convoked; twice is once."""
    expected = expected_version(if_match)
    async with commande(request, acteur) as command:
        read_at = await acknowledge_convocation(command, convocation_id, expected)
    response.headers.update(etag(expected))
    return {"convocation_id": str(convocation_id), "version": expected, "lue_le": read_at.isoformat()}


@router.get("/mes-convocations")
async def mes_convocations(request: Request, acteur: ActeurDep) -> dict[str, Any]:
    """An intervenant's own convocations (R57)."""
    may_read_own(acteur)
    async with reading(request, acteur) as connection:
        rows = await views.convocations_of_person(connection, acteur.sub)
    return {"convocations": [presenters.convocation(row) for row in rows]}
