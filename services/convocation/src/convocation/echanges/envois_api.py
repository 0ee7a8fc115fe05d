"""What the notifier asks at sending time: address and content of one version (architecture.md)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse

from acces.http import ActeurDep
from convocation.commun.policy import POLICY
from convocation.echanges.envois import answers
from convocation.echanges.schemas import EnvoisIn

router = APIRouter(prefix="/api", tags=["envois"])


@router.get("/convocations/{convocation_id}/versions/{version}/envoi")
async def get_envoi(
    request: Request, convocation_id: UUID, version: Annotated[int, Path(ge=1, le=2**31 - 1)], acteur: ActeurDep
) -> JSONResponse:
    """200, 410 when a higher version has superseded this one, 404 when there is none."""
    POLICY.scope(acteur, "envoi.lire")
    [answer] = await answers(request, [(convocation_id, version, None, False)])
    return JSONResponse(answer, status_code=answer["status"])


@router.post("/envois")
async def list_envois(request: Request, body: EnvoisIn, acteur: ActeurDep) -> JSONResponse:
    """Many at once; each has its own `status`, in the order of the demandes."""
    POLICY.scope(acteur, "envoi.lire")
    wanted = [(one.convocation_id, one.version, one.dite, one.engagee) for one in body.demandes]
    return JSONResponse({"envois": await answers(request, wanted)})
