"""Disciplines for programs (R29)."""

from typing import Annotated

from fastapi import Query, Request

from acces.http import ActeurDep, Router
from convocation.nomenclature import reads as nomenclature
from convocation.nomenclature.access import may_read
from pages.commands import reading

router = Router(prefix="/api", tags=["missions"])


@router.get("/disciplines")
async def list_disciplines(
    request: Request, acteur: ActeurDep, q: Annotated[str, Query(max_length=100)] = ""
) -> dict[str, list[dict[str, str]]]:
    """Suggestions that refine while one types (R29)."""
    may_read(acteur)
    async with reading(request, acteur) as connection:
        return {"disciplines": [dict(one) for one in await nomenclature.disciplines(connection, q)]}
