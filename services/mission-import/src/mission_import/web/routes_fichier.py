"""Import of a file of closings, for programs (K.a, R54, R55; docs/import-clotures.md): a dry run, then confirmed."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from acces.http import ActeurDep, Router
from chassis.http import takes_a_file
from mission_import.domain.errors import FichierTropGrand
from mission_import.domain.fichier import MAX_OCTETS
from mission_import.policy import POLICY
from mission_import.use_cases import import_file
from mission_import.web import fichier_json
from mission_import.web.application import application
from mission_import.web.limites import limit_fichier, limit_recherche
from pages.commands import commande, reading, snapshot

router = Router(prefix="/api/imports/fichier")
_TAILLE = 50
_FILE = {"schema": {"type": "string", "format": "binary"}}
_BODY = {"requestBody": {"required": True, "content": {"application/jsonl": _FILE, "text/csv": _FILE}}}


class ConfirmationIn(BaseModel):
    """`lu`: what was read, as the dry run gave it."""

    model_config = ConfigDict(extra="forbid")
    lu: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def add_to(app: FastAPI) -> None:
    """Before the routes of one closing, whose address would take ours."""
    app.include_router(router)


async def _octets(request: Request) -> bytes:
    """The body. Raises FichierTropGrand before all of it is read."""
    octets = bytearray()
    async for part in request.stream():
        octets += part
        if len(octets) > MAX_OCTETS:
            raise FichierTropGrand
    return bytes(octets)


@router.post("", status_code=201, openapi_extra=_BODY, dependencies=[Depends(limit_fichier)])
@takes_a_file
async def deposer(request: Request, acteur: ActeurDep, response: Response) -> dict[str, Any]:
    """The dry run: what the file (JSON Lines or CSV) would change; nothing of it is written. 422 with every fault."""
    POLICY.scope(acteur, import_file.ACTION)
    octets = await _octets(request)
    lecture = await import_file.lire(acteur, octets, application(request).clock())
    async with commande(request, acteur) as command:
        essai = await import_file.deposit(command, octets, lecture)
    response.headers["Location"] = f"/api/imports/fichier/{essai.depot.import_id}"
    return fichier_json.essai(essai)


@router.get("", dependencies=[Depends(limit_recherche)])
async def historique(
    request: Request, acteur: ActeurDep, page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> dict[str, Any]:
    """Files imported, the latest first: who, when, what."""
    async with reading(request, acteur) as connection:
        rows = await import_file.history(connection, acteur, page, _TAILLE)
    total = rows[0].total if rows else 0
    return {"total": total, "page": page, "fichiers": [fichier_json.depot(row) for row in rows]}


@router.get("/{import_id}", dependencies=[Depends(limit_fichier)])
async def lire(request: Request, import_id: UUID, acteur: ActeurDep) -> dict[str, Any]:
    """The dry run as it would be now, or what was imported."""
    async with snapshot(request, acteur) as connection:
        return fichier_json.essai(await import_file.look(connection, acteur, import_id, application(request).clock()))


@router.post("/{import_id}/confirmation", dependencies=[Depends(limit_fichier)])
async def confirmer(request: Request, import_id: UUID, body: ConfirmationIn, acteur: ActeurDep) -> dict[str, Any]:
    """Import the file as it was read; 409 where it would change something else now, or is imported already."""
    async with commande(request, acteur) as command:
        resume = await import_file.confirm(command, import_id, body.lu)
    return {
        "import_id": str(import_id),
        "resultat": "importe" if resume.change else "aucun-changement",
        "phrase": fichier_json.phrase_importee(resume),
        **fichier_json.nombres(resume),
    }
