"""The file of an académie's people, for programs (R36): the answer is immediate, the service's loop imports it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Request, Response

from acces.http import ActeurDep, Router
from chassis.http import takes_a_file
from chassis.problem import Problem
from convocation.annuaire.access import may_keep
from convocation.annuaire.imports.access import visible_import
from convocation.annuaire.imports.commands import submit_import
from convocation.annuaire.imports.refus import ImportInconnu
from convocation.commun.schemas import Academie
from convocation.commun.tableur import XLSX
from pages.commands import commande, reading

router = Router(prefix="/api", tags=["annuaire"])
_TYPES = ("text/csv", XLSX, "application/xml")
_FICHIER = {
    "requestBody": {
        "required": True,
        "content": {one: {"schema": {"type": "string", "format": "binary"}} for one in _TYPES},
    }
}


@router.post("/academies/{academie}/annuaire", status_code=202, openapi_extra=_FICHIER)
@takes_a_file
async def deposer_annuaire(
    request: Request,
    academie: Annotated[Academie, Path()],
    acteur: ActeurDep,
    response: Response,
    essai: Annotated[bool, Query()] = False,
) -> dict[str, Any]:
    """CSV, XLSX or sts_emp (docs/import-annuaire.md); `essai`: only check it. `adresse` answers its state."""
    may_keep(acteur, academie)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _TYPES:
        raise Problem(415, "type-de-contenu", f"Le fichier est envoyé en {' ou '.join(_TYPES)}.")
    octets = await request.body()
    async with commande(request, acteur) as command:
        import_id = await submit_import(command, academie, octets, essai=essai)
    response.headers["Location"] = adresse = f"/api/academies/{academie}/annuaire/{import_id}"
    return {"import_id": str(import_id), "adresse": adresse}


@router.get("/academies/{academie}/annuaire/{import_id}")
async def suivre_annuaire(
    request: Request, academie: Annotated[Academie, Path()], import_id: UUID, acteur: ActeurDep
) -> dict[str, Any]:
    """Its state and progress; at the end how many people, the first 500 errors and remarks by line."""
    may_keep(acteur, academie)
    async with reading(request, acteur) as connection:
        held = await visible_import(connection, acteur, import_id)
    if held.academie != academie:
        raise ImportInconnu
    told = {name: value for name, value in held.items() if name not in {"bilan_json", "erreurs_json", "remarques_json"}}
    return told | {"bilan": held.bilan, "erreurs": held.erreurs, "remarques": held.remarques}
