"""« Imports »: closings received within reach, who decided of them, what waits (K.a)."""

from math import ceil
from typing import Any
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from acces.http import ActeurDep, Router
from acces.policy import Scope
from mission_import.persistence import revues
from mission_import.persistence.revues import Choix
from mission_import.policy import POLICY
from mission_import.web.limites import limit_recherche
from mission_import.web.pages import lignes
from mission_import.web.pages.ecran import page
from pages.commands import reading
from pages.forms import page_number

router = Router(include_in_schema=False)
_TAILLE = 50
_FILTRES = ("q", "etat", "session", "academie")


@router.get("/imports", dependencies=[Depends(limit_recherche)])
async def lister(request: Request, acteur: ActeurDep) -> HTMLResponse:
    """What makes no sense in a filter is left out."""
    scope = POLICY.scope(acteur, "imports.lire")
    within = None if scope is Scope.TOUT else sorted(acteur.academies)
    asked = {name: request.query_params.get(name, "").replace("\x00", "")[:100] for name in _FILTRES}
    typed = request.query_params.get("page", "1")
    number = page_number(typed)
    async with reading(request, acteur) as connection:
        rows = await revues.page(
            connection,
            [asked["academie"]] if asked["academie"] and within is None else within,
            session=asked["session"] or None,
            etat=asked["etat"] if asked["etat"] in lignes.ETATS else None,
            texte=asked["q"],
            page_=number,
            taille=_TAILLE,
        )
        waiting = await revues.waiting_by_session(connection, within)
        choices = await revues.choices(connection, within)
    total = rows[0].total if rows else 0
    return page(
        request,
        acteur,
        "imports.html",
        lignes=[lignes.recue(row) for row in rows],
        total=total,
        attente=[dict(row) | {"academie_nom": lignes.academie(row.academie)} for row in waiting],
        demande=asked,
        filtree=any(asked.values()),
        etats=[(code, label) for code, (_, label) in lignes.ETATS.items()],
        **_choices(choices),
        **_pages(asked, number, total),
    )


def _choices(rows: list[Choix]) -> dict[str, Any]:
    """Académies and sessions to filter by: those there are."""
    codes = sorted({row.academie for row in rows})
    return {
        "academies": [(code, lignes.academie(code)) for code in codes],
        "sessions": [(one, one) for one in sorted({row.session for row in rows})],
    }


def _pages(asked: dict[str, str], number: int, total: int) -> dict[str, Any]:
    kept = urlencode({name: value for name, value in asked.items() if value})
    return {
        "page": number,
        "pages": ceil(total / _TAILLE),
        "vers": lambda n: f"?{kept}&page={n}" if kept else f"?page={n}",
    }
