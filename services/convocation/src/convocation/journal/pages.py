"""« Journal » (R54, R55): the acts of this service. Searches are posted, because addresses are logged."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict

from fastapi import Depends, Request
from starlette.responses import Response

from acces import audit, securite
from acces.acteur import Acteur
from acces.audit import Acte, Recherche
from acces.http import ActeurDep, Router
from acces.securite import Evenement
from chassis.database import Connection
from convocation.annuaire import reads as annuaire
from convocation.annuaire.reads import FiltreAnnuaire
from convocation.cadre.ecran import page
from convocation.commun.limites import limit_document, limit_recherche
from convocation.commun.tableur import csv_bytes
from convocation.journal import sql
from convocation.journal.access import left_out, one_of, within
from convocation.journal.forms import FiltreJournal, curseur_ecrit, curseur_lu
from convocation.journal.presenters import COLONNES, acte_lu, familles, lignes_csv
from convocation.journal.sql import ActeDuJournal, Curseur
from event_schemas.academies import NOMS
from pages.commands import commande, reading
from pages.forms import fields

router = Router(include_in_schema=False)
EXPORTE = "audit.exporter"
_TAILLE, _MAX_CSV, _HOMONYMES = 20, 10_000, 20
_TROP = "Plus de 10 000 actes : restreignez la recherche pour la télécharger."


@router.get("/journal")
async def derniers(request: Request, acteur: ActeurDep) -> Response:
    """The latest acts of all that the acteur reaches."""
    return await _show(request, acteur, FiltreJournal())


@router.post("/journal", dependencies=[Depends(limit_recherche)])
async def chercher(request: Request, acteur: ActeurDep) -> Response:
    """A search, or the next page of one; it writes nothing."""
    within(acteur)
    async with fields(request) as form:
        filtre, after = FiltreJournal.read(form), curseur_lu(form)
    return await _show(request, acteur, filtre, after)


@router.post("/journal.csv", dependencies=[Depends(limit_document)])
async def en_csv(request: Request, acteur: ActeurDep) -> Response:
    """All that is found, a row for each field that changed; refused above 10,000 acts. It is an act itself."""
    within(acteur)
    async with fields(request) as form:
        filtre = FiltreJournal.read(form)
    wanted, erreurs = filtre.recherche()
    async with commande(request, acteur) as command:
        rows = [] if erreurs else await _found(command.connection, acteur, wanted, None, _MAX_CSV + 1)
        if not erreurs and len(rows) <= _MAX_CSV:
            acte = Acte(EXPORTE, "journal", apres={"actes": len(rows)}, academie=wanted.academie or one_of(acteur))
            await audit.record(command.connection, acteur, command.now, [acte])
    if erreurs or len(rows) > _MAX_CSV:
        return await _show(request, acteur, filtre, refus="" if erreurs else _TROP)
    octets = await asyncio.to_thread(_csv, rows)
    securite.tell(request, Evenement.EXPORT, acteur, count=len(rows))
    headers = {"Content-Disposition": 'attachment; filename="journal.csv"', "Cache-Control": "no-store"}
    return Response(octets, media_type="text/csv; charset=utf-8", headers=headers)


def _csv(rows: Sequence[ActeDuJournal]) -> bytes:
    return csv_bytes(COLONNES, [line for row in rows for line in lignes_csv(row)])


async def _found(
    connection: Connection, acteur: Acteur, wanted: Recherche, after: Curseur | None, size: int
) -> list[ActeDuJournal]:
    """Raises Forbidden, AcademieInconnue. `personne` is an identifiant, a number, or the name of somebody."""
    academies, numeros = within(acteur, wanted.academie), list[str]()
    if wanted.personne:
        people, _ = await annuaire.liste_intervenants(
            connection, FiltreAnnuaire(academies, nom=wanted.personne, taille=_HOMONYMES)
        )
        numeros = [wanted.personne, *(one.numero for one in people)]
    return await sql.page(connection, wanted, academies, left_out(acteur), numeros, after, size)


async def _show(
    request: Request, acteur: Acteur, filtre: FiltreJournal, after: Curseur | None = None, refus: str = ""
) -> Response:
    reached = within(acteur)
    wanted, erreurs = filtre.recherche()
    erreurs += [{"champ": "", "texte": refus}] if refus else []
    async with reading(request, acteur) as connection:
        rows = [] if erreurs else await _found(connection, acteur, wanted, after, _TAILLE + 1)
        shown = rows[:_TAILLE]
        places = [(code, nom) for code, nom in NOMS.items() if reached is None or code in reached]
        return await page(
            request,
            connection,
            acteur,
            "journal/journal.html",
            status=422 if erreurs else 200,
            filtre=asdict(filtre),
            filtree=filtre != FiltreJournal(),
            erreurs=erreurs,
            actes=[acte_lu(row) for row in shown],
            suivants=curseur_ecrit(shown[-1]) if len(rows) > _TAILLE else "",
            debut=after is None,
            familles=familles(left_out(acteur)),
            academies=sorted(places, key=lambda one: one[1]),
        )
