"""« Mode d’application »: whether an académie's closings apply by themselves or wait for its gestionnaire (K.a)."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from acces.http import ActeurDep, Router
from acces.policy import Scope
from chassis.problem import Problem
from event_schemas.academies import NOMS, local_time
from event_schemas.state import Academie
from mission_import.persistence import politiques
from mission_import.persistence.politiques import Politique
from mission_import.policy import POLICY
from mission_import.use_cases import decide_import
from mission_import.web.pages import lignes
from mission_import.web.pages.ecran import MAX_FIELDS, page, within_reach
from pages.commands import commande, reading, see_other
from pages.forms import fields, text

router = Router(include_in_schema=False)
_MODES = {politiques.AUTOMATIQUE, politiques.VALIDATION}


@router.get("/imports/politiques")
async def lire(request: Request, acteur: ActeurDep) -> Response:
    """The gestionnaire's own académies; the administrateur's are all."""
    scope = POLICY.scope(acteur, "imports.politique")
    async with reading(request, acteur) as connection:
        chosen = await politiques.chosen(connection)
    codes = NOMS if scope is Scope.TOUT else acteur.academies
    rows = [_politique(code, chosen.get(code)) for code in codes]
    return page(request, acteur, "politiques.html", lignes=sorted(rows, key=lambda row: row["nom"]))


@router.post("/imports/politiques/{academie}")
async def choisir(request: Request, academie: Academie, acteur: ActeurDep) -> Response:
    async with fields(request, max_fields=MAX_FIELDS) as form:
        mode = text(form, "mode")
    if mode not in _MODES:
        raise Problem(422, "mode-inconnu", "Choisissez un mode d’application.")
    with within_reach(acteur, "imports.politique"):
        async with commande(request, acteur) as command:
            await decide_import.set_policy(command, academie, mode)
    return see_other("/imports/politiques?fait=politique")


def _politique(code: str, row: Politique | None) -> dict[str, Any]:
    return {
        "code": code,
        "nom": lignes.academie(code),
        "validation": row is not None and row.mode == politiques.VALIDATION,
        "par": row.nom if row else None,
        "le": local_time(code, row.le) if row else None,
    }
