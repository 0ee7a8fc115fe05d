"""« Journal » (R54, R55): the acts of this service. Searches are posted, because addresses are logged."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from math import ceil

from fastapi import Request
from starlette.responses import Response

from acces import audit, securite
from acces.acteur import Acteur
from acces.audit import ActeEcrit
from acces.http import ActeurDep, Router
from acces.securite import Evenement
from convocation.cadre.ecran import page
from convocation.commun.tableur import csv_bytes
from convocation.journal.access import may_read
from convocation.journal.forms import FiltreJournal
from convocation.journal.presenters import COLONNES, FAMILLES, acte_lu, lignes_csv
from event_schemas.academies import NOMS
from pages.commands import reading
from pages.forms import fields, page_number, text

router = Router(include_in_schema=False)
_TAILLE, _MAX_CSV = 20, 10_000
_TROP = "Plus de 10 000 actes : restreignez la recherche pour la télécharger."


@router.get("/journal")
async def derniers(request: Request, acteur: ActeurDep) -> Response:
    """The latest acts of all."""
    return await _show(request, acteur, FiltreJournal(), 1)


@router.post("/journal")
async def chercher(request: Request, acteur: ActeurDep) -> Response:
    """A search, or another page of one; it writes nothing."""
    may_read(acteur)
    async with fields(request) as form:
        filtre, number = FiltreJournal.read(form), text(form, "page")
    return await _show(request, acteur, filtre, page_number(number))


@router.post("/journal.csv")
async def en_csv(request: Request, acteur: ActeurDep) -> Response:
    """All that is found, a row for each field that changed; refused above 10,000 acts."""
    may_read(acteur)
    async with fields(request) as form:
        filtre = FiltreJournal.read(form)
    wanted, erreurs = filtre.recherche()
    async with reading(request, acteur) as connection:
        rows = [] if erreurs else await audit.find(connection, wanted, taille=_MAX_CSV)
    if erreurs or (rows and rows[0].total > _MAX_CSV):
        return await _show(request, acteur, filtre, 1, "" if erreurs else _TROP)
    octets = await asyncio.to_thread(_csv, rows)
    securite.tell(request, Evenement.EXPORT, acteur, count=len(rows))
    headers = {"Content-Disposition": 'attachment; filename="journal.csv"', "Cache-Control": "no-store"}
    return Response(octets, media_type="text/csv; charset=utf-8", headers=headers)


def _csv(rows: Sequence[ActeEcrit]) -> bytes:
    return csv_bytes(COLONNES, [line for row in rows for line in lignes_csv(row)])


async def _show(request: Request, acteur: Acteur, filtre: FiltreJournal, number: int, refus: str = "") -> Response:
    may_read(acteur)
    wanted, erreurs = filtre.recherche()
    erreurs += [{"champ": "", "texte": refus}] if refus else []
    number = max(1, number)
    async with reading(request, acteur) as connection:
        rows = [] if erreurs else await audit.find(connection, wanted, taille=_TAILLE, page=number)
        total = rows[0].total if rows else 0
        return await page(
            request,
            connection,
            acteur,
            "journal/journal.html",
            status=422 if erreurs else 200,
            filtre=asdict(filtre),
            filtree=filtre != FiltreJournal(),
            erreurs=erreurs,
            actes=[acte_lu(row) for row in rows],
            total=total,
            numero=number,
            pages=ceil(total / _TAILLE),
            familles=list(FAMILLES.items()),
            academies=sorted(NOMS.items(), key=lambda one: one[1]),
        )
