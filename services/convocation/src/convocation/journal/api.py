"""The audit (R54, R55): who did what, when and why, of one's académies. A person's number is sent in a body."""

from typing import Annotated

from fastapi import Query, Request

from acces import audit
from acces.acteur import Acteur
from acces.audit import Recherche
from acces.http import ActeurDep, Router
from convocation.journal.access import left_out, within
from convocation.journal.schemas import RechercheAuditIn, RechercheAuditSansPersonne
from pages.commands import reading

router = Router(prefix="/api", tags=["audit"])


@router.get("/audit")
async def list_acts(
    request: Request, wanted: Annotated[RechercheAuditSansPersonne, Query()], acteur: ActeurDep
) -> dict[str, object]:
    """A page of acts, the latest first."""
    return await _found(request, acteur, wanted, None)


@router.post("/audit/recherche")
async def search_acts(request: Request, body: RechercheAuditIn, acteur: ActeurDep) -> dict[str, object]:
    """As GET, also for the acts of a person or about an intervenant; it writes nothing."""
    return await _found(request, acteur, body, body.personne)


async def _found(
    request: Request, acteur: Acteur, wanted: RechercheAuditSansPersonne, personne: str | None
) -> dict[str, object]:
    recherche = Recherche(
        famille=wanted.famille,
        academies=within(acteur, wanted.academie),
        sauf=left_out(acteur),
        uai=wanted.uai,
        depuis=wanted.depuis,
        avant=wanted.avant,
        personne=personne,
    )
    async with reading(request, acteur) as connection:
        rows = await audit.find(connection, recherche, taille=wanted.taille, page=wanted.page)
    total = rows[0].total if rows else 0
    return {"actes": [row.entier for row in rows], "total": total, "page": wanted.page}
