"""What santorin-bridge asks when it reconciles: every convocation with its version, page by page (D22)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request

from acces.http import ActeurDep
from convocation.commun.policy import POLICY
from convocation.echanges import etats_sql as etats
from pages.commands import reading

router = APIRouter(prefix="/api", tags=["etats"])
_BEFORE_ALL = UUID(int=0)


@router.get("/etats")
async def list_etats(
    request: Request,
    acteur: ActeurDep,
    apres: UUID = _BEFORE_ALL,
    limite: Annotated[int, Query(ge=1, le=10_000)] = 5_000,
) -> dict[str, Any]:
    """`suite`: the last id of the page, to ask for the next one with; null at the end."""
    POLICY.scope(acteur, "etats.lire")
    async with reading(request) as connection:
        rows = await etats.page(connection, apres, limite)
    suite = rows[-1]["convocation_id"] if len(rows) == limite else None
    return {"etats": [dict(row) for row in rows], "suite": suite}
