"""« Export de l’annuaire » (R36): the file that an import reads again, of an académie or of one's own établissement."""

from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request
from starlette.responses import Response

from acces import audit, securite
from acces.acteur import Acteur
from acces.audit import Acte
from acces.http import ActeurDep, Router
from acces.securite import Evenement
from convocation.annuaire.imports import bulk
from convocation.annuaire.imports.access import EXPORT, exportable, may_export
from convocation.annuaire.imports.domain import COLONNES, cellules
from convocation.annuaire.imports.refus import FormatInconnu
from convocation.cadre.ecran import page
from convocation.commun.limites import limit_document
from convocation.commun.schemas import Academie, Uai
from convocation.commun.tableur import XLSX, Format, sent, spooled
from event_schemas.academies import NOMS
from pages.commands import commande, reading
from pages.forms import fields, text

router = Router(include_in_schema=False)
api_router = Router(prefix="/api", tags=["annuaire"])
_CSV = "text/csv"
_FICHIER: dict[str, Any] = {
    "dependencies": [Depends(limit_document)],
    "response_class": Response,  # so that the contract promises no JSON
    "responses": {
        200: {
            "description": "Le fichier, tel que l’import le relit.",
            "content": {one: {"schema": {"type": "string", "format": "binary"}} for one in (_CSV, XLSX)},
        }
    },
}


@router.get("/intervenants/export")
async def choisir(request: Request, acteur: ActeurDep) -> Response:
    codes = exportable(acteur)
    async with reading(request, acteur) as connection:
        choix = [(code, NOMS.get(code, code)) for code in codes]
        return await page(request, connection, acteur, "imports/export_annuaire.html", choix=choix)


@router.post("/intervenants/export", dependencies=[Depends(limit_document)])
async def telecharger(request: Request, acteur: ActeurDep) -> Response:
    """Posted, so that no link that a browser follows by itself takes people out."""
    async with fields(request) as form:
        code, wanted = text(form, "code"), text(form, "format")
    if wanted not in set(Format):
        raise FormatInconnu
    return await _file(request, acteur, code, Format(wanted))


@api_router.get("/academies/{academie}/annuaire", **_FICHIER)
async def exporter_academie(
    request: Request,
    academie: Annotated[Academie, Path()],
    acteur: ActeurDep,
    format_: Annotated[Format, Query(alias="format")] = Format.CSV,
) -> Response:
    """Everybody of the académie, active or not, as the import reads them (docs/import-annuaire.md)."""
    return await _file(request, acteur, academie, format_)


@api_router.get("/etablissements/{uai}/annuaire", **_FICHIER)
async def exporter_etablissement(
    request: Request,
    uai: Annotated[Uai, Path()],
    acteur: ActeurDep,
    format_: Annotated[Format, Query(alias="format")] = Format.CSV,
) -> Response:
    """Those who are of the établissement, by main or secondary post."""
    return await _file(request, acteur, uai, format_)


async def _file(request: Request, acteur: Acteur, code: str, wanted: Format) -> Response:
    """The directory of `code`, an académie or a UAI. Who took it out stands in the audit."""
    async with commande(request, acteur) as command:
        academie, uai = await may_export(command.connection, acteur, code)
        headers, people = [one.nom for one in COLONNES], bulk.exported(command.connection, academie, uai)
        lines = (cellules(one) async for one in people)
        file, count = await spooled(wanted, "Annuaire", headers, lines, command.now)
        told = {"personnes": count, "format": wanted.value}
        acte = Acte(EXPORT, f"annuaire|{code}", apres=told, academie=academie, uai=uai)
        await audit.record(command.connection, acteur, command.now, [acte])
    securite.tell(request, Evenement.EXPORT, acteur, count=count)
    return sent(file, wanted, f"annuaire-{code}")
