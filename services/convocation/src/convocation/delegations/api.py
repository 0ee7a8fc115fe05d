"""Delegations of a chef, for programs."""

from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import Path, Request
from starlette.responses import Response

from acces import securite
from acces.commande import Commande
from acces.http import ActeurDep, Router
from acces.securite import Evenement
from chassis.database import Connection
from convocation.commun.application import application
from convocation.commun.http import IdempotencyKey, once
from convocation.commun.schemas import Uai
from convocation.delegations import presenters, sql
from convocation.delegations.access import etablissement_to_delegate_for
from convocation.delegations.commands import delegate, withdraw
from convocation.delegations.schemas import DelegationIn
from event_schemas.academies import local_time
from pages.commands import commande, reading

router = Router(prefix="/api", tags=["administration"])
_NAMESPACE = UUID("5b0f2d5e-6b0c-5a3e-9f57-0d6a3f5a7c11")


@router.get("/etablissements/{uai}/delegations")
async def lister(request: Request, uai: Annotated[Uai, Path()], acteur: ActeurDep) -> dict[str, Any]:
    """Current, to come and over, the latest first."""
    async with reading(request, acteur) as connection:
        academie = await etablissement_to_delegate_for(connection, acteur, uai)
        jour = local_time(academie, application(request).clock()).date()
        return {"delegations": presenters.told(await sql.of_etablissement(connection, uai), jour)}


@router.post("/etablissements/{uai}/delegations", status_code=201)
async def deleguer(
    request: Request, uai: Annotated[Uai, Path()], body: DelegationIn, acteur: ActeurDep, key: IdempotencyKey = None
) -> Response:
    """The person has it from their next sign-in on, from the first day to the last."""

    async def may(connection: Connection) -> None:
        await etablissement_to_delegate_for(connection, acteur, uai)

    async def work(command: Commande, _: None) -> dict[str, Any]:
        delegation_id = uuid5(_NAMESPACE, f"{acteur.sub}|{uai}|{key}")
        await delegate(command, delegation_id, uai, body.delegue())
        return {"delegation_id": str(delegation_id)}

    answer = await once(request, acteur, key, body.model_dump(mode="json"), may, work)
    securite.tell(request, Evenement.DELEGATION_GIVEN, acteur)
    return answer


@router.post("/etablissements/{uai}/delegations/{delegation_id}/retrait")
async def retirer(
    request: Request, uai: Annotated[Uai, Path()], delegation_id: UUID, acteur: ActeurDep
) -> dict[str, Any]:
    """At once: sessions that act by it end."""
    async with commande(request, acteur) as command:
        await withdraw(command, uai, delegation_id)
    securite.tell(request, Evenement.DELEGATION_WITHDRAWN, acteur)
    return {"delegation_id": str(delegation_id)}
