"""« M. X peut-il se connecter ? » answered from this service's own database, or not at all (D21)."""

import hashlib
import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from chassis.http import ActeurDep
from santorin_bridge.persistence import habilitations
from santorin_bridge.policy import POLICY

router = APIRouter(tags=["habilitations"])


@router.get("/habilitations/{intervenant}")
async def get_habilitations(
    request: Request,
    intervenant: Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,32}$")],
    acteur: ActeurDep,
    response: Response,
) -> dict[str, Any]:
    """The person's rights; an empty list is no right. 503 when the database cannot say, never a guess."""
    POLICY.scope(acteur, "habilitations.lire")
    async with request.app.state.pool.acquire() as connection:
        rows = await habilitations.of_person(connection, intervenant)
        as_of = rows[0]["as_of"] if rows else await connection.fetchval("SELECT now()")
    rights = [json.loads(row["etat"]) for row in rows]
    versions = "|".join(f"{right['convocation_id']}:{right['version']}" for right in rights)
    response.headers["ETag"] = f'"{hashlib.sha256(versions.encode()).hexdigest()[:32]}"'
    return {"intervenant": intervenant, "as_of": as_of.isoformat(), "habilitations": rights}
