"""What the notifier asks at sending time: address and content of one version (architecture.md)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse

from chassis.http import ActeurDep
from convocation.persistence import views
from convocation.policy import POLICY
from convocation.web import presenters
from convocation.web.commands import reading
from convocation.web.schemas import EnvoisIn

router = APIRouter(prefix="/api", tags=["envois"])


@router.get("/convocations/{convocation_id}/versions/{version}/envoi")
async def get_envoi(
    request: Request, convocation_id: UUID, version: Annotated[int, Path(ge=1, le=2**31 - 1)], acteur: ActeurDep
) -> JSONResponse:
    """200, 410 when a higher version has superseded this one, 404 when there is none."""
    POLICY.scope(acteur, "envoi.lire")
    async with reading(request) as connection:
        [row] = await views.envois(connection, [(convocation_id, version)])
    answer = presenters.envoi(row)
    return JSONResponse(answer, status_code=answer["status"])


@router.post("/envois")
async def list_envois(request: Request, body: EnvoisIn, acteur: ActeurDep) -> dict[str, Any]:
    """Many at once; each has its own `status`."""
    POLICY.scope(acteur, "envoi.lire")
    async with reading(request) as connection:
        rows = await views.envois(connection, [(one.convocation_id, one.version) for one in body.demandes])
    return {"envois": [presenters.envoi(row) for row in rows]}
