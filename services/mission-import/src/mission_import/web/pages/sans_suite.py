"""« Sans suite »: closings that were refused or cannot be applied, why, and what to tell Cyclades (0059)."""

from typing import Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from acces.http import ActeurDep, Router
from acces.policy import Scope
from event_schemas.academies import local_time
from mission_import.persistence import mortes
from mission_import.persistence.mortes import Morte, Refusee
from mission_import.policy import POLICY
from mission_import.web.limites import limit_recherche
from mission_import.web.pages import lignes
from mission_import.web.pages.ecran import page
from pages.commands import reading

router = Router(include_in_schema=False)
_MOST = 200
_THEN = "Corrigez-la, puis envoyez une révision plus haute."
_PARIS = "01"  # whose time is told where no académie is known


@router.get("/imports/sans-suite", dependencies=[Depends(limit_recherche)])
async def lire(request: Request, acteur: ActeurDep) -> HTMLResponse:
    """The own académies'; of the administrateur also what names no établissement."""
    scope = POLICY.scope(acteur, "imports.lire")
    within = None if scope is Scope.TOUT else sorted(acteur.academies)
    async with reading(request, acteur) as connection:
        dead = await mortes.dead(connection, within, _MOST)
        refused = await mortes.refused(connection, within, _MOST)
    return page(
        request,
        acteur,
        "sans_suite.html",
        mortes=[_morte(one) for one in dead],
        refusees=[_refusee(one) for one in refused],
        plafond=_MOST,
    )


def _morte(row: Morte) -> dict[str, Any]:
    revision = str(row.revision) if row.revision else "illisible"
    what = f"Établissement {row.uai or 'illisible'}, session {row.session or 'illisible'}, révision {revision}"
    where = f"partition {row.topic_partition}, offset {row.topic_offset}"
    where += f", rang {row.topic_rang} du lot" if row.topic_rang else ""
    why = "\u00a0; ".join(row.raisons)
    return dict(row) | {
        "academie_nom": lignes.academie(row.academie) if row.academie else "inconnue",
        "recue_le": local_time(row.academie or _PARIS, row.recue_le),
        "dire": f"{what} ({where})\u00a0: la clôture ne peut pas être appliquée. Raison\u00a0: {why}. {_THEN}",
    }


def _refusee(row: Refusee) -> dict[str, Any]:
    what = f"{row.etablissement} ({row.uai}), session {row.session}, révision {row.revision}"
    return dict(row) | {
        "academie_nom": lignes.academie(row.academie),
        "recue_le": local_time(row.academie, row.recue_le),
        "dire": f"{what}\u00a0: le rectorat a refusé la clôture. Motif\u00a0: {row.motif.rstrip('.')}. {_THEN}",
    }
