"""« Importer un annuaire » (R36): a file is uploaded, checked, looked at, and then imported."""

from uuid import UUID

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from chassis.http import takes_a_file
from convocation.annuaire.access import READ, can_keep, may_keep
from convocation.annuaire.imports import sql
from convocation.annuaire.imports.access import visible_import
from convocation.annuaire.imports.commands import confirm_import, submit_import
from convocation.annuaire.imports.domain import COLONNES
from convocation.annuaire.imports.refus import FichierAbsent, ImportDejaLance
from convocation.cadre.ecran import page
from convocation.commun.access import choose_academie
from convocation.commun.refus import Refus
from convocation.commun.refusals import status_of
from event_schemas.academies import NOMS
from pages.commands import commande, reading, see_other
from pages.forms import fields, text

router = Router(include_in_schema=False)
_ETATS = {
    "DEPOSE": ("info", "Vérification en cours"),
    "VERIFIE": ("warning", "À importer"),
    "EN_COURS": ("info", "Import en cours"),
    "TERMINE": ("success", "Importé"),
    "EN_ERREUR": ("error", "Rien n’est importé"),
}


@router.get("/intervenants/import")
async def choisir(request: Request, acteur: ActeurDep) -> Response:
    return await _form(request, acteur)


@router.post("/intervenants/import")
@takes_a_file
async def envoyer(request: Request, acteur: ActeurDep) -> Response:
    """Keep the file, to be checked: no person is written before « Importer »."""
    may_keep(acteur)
    async with fields(request, files=1) as form:
        academie, octets = text(form, "academie"), await _octets(form)
    if not octets:
        return await _form(request, acteur, FichierAbsent())
    async with commande(request, acteur) as command:
        import_id = await submit_import(command, academie, octets, essai=True)
    return see_other(f"/intervenants/import/{import_id}")


async def _octets(form: FormData) -> bytes:
    file = form.get("fichier")
    return await file.read() if isinstance(file, UploadFile) else b""


@router.get("/intervenants/import/{import_id}")
async def voir(request: Request, import_id: UUID, acteur: ActeurDep) -> Response:
    """How far it is, what it would do or did, and its errors by line; the page reloads while the service works."""
    return await _state(request, acteur, import_id)


@router.post("/intervenants/import/{import_id}")
async def lancer(request: Request, import_id: UUID, acteur: ActeurDep) -> Response:
    """« Importer » the bytes that were checked."""
    try:
        async with commande(request, acteur) as command:
            await confirm_import(command, import_id)
    except ImportDejaLance as refus:
        return await _state(request, acteur, import_id, refus)
    return see_other(f"/intervenants/import/{import_id}")


async def _form(request: Request, acteur: Acteur, refus: Refus | None = None) -> Response:
    asked = choose_academie(acteur, READ, request.query_params.get("academie", ""))
    academies = sorted(acteur.academies)
    async with reading(request, acteur) as connection:
        return await page(
            request,
            connection,
            acteur,
            "imports/import_annuaire.html",
            status=status_of(refus),
            erreurs=[{"champ": "fichier", "texte": refus.phrase}] if refus else [],
            academies=[(code, NOMS.get(code, code)) for code in academies],
            colonnes=[one.nom for one in COLONNES],
            lignes=await sql.latest(connection, asked.codes),
            choix=asked.choix,
            choisie=asked.choisie,
            ecrit=any(can_keep(acteur, one) for one in academies),
            etats=_ETATS,
        )


async def _state(request: Request, acteur: Acteur, import_id: UUID, refus: Refus | None = None) -> Response:
    async with reading(request, acteur) as connection:
        held = await visible_import(connection, acteur, import_id, READ)
        return await page(
            request,
            connection,
            acteur,
            "imports/import_annuaire_etat.html",
            status=status_of(refus),
            erreurs=[{"champ": "", "texte": refus.phrase}] if refus else [],
            un=held,
            academie=NOMS.get(held.academie, held.academie),
            etat=_ETATS[held.etat],
            travaille=held.etat in {"DEPOSE", "EN_COURS"},
            ecrit=can_keep(acteur, held.academie),
        )
