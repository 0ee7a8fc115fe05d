"""« Importer un fichier »: closings from a file, read by a person before they are imported (K.a, R54, R55)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from chassis.http import takes_a_file
from event_schemas.academies import local_time
from mission_import.domain.errors import (
    FichierAbsent,
    FichierFautif,
    FichierTropGrand,
    ImportDejaFait,
    LectureDepassee,
    Refus,
)
from mission_import.domain.essai import Essai, Resume, Sort, change
from mission_import.domain.fichier import MAX_OCTETS
from mission_import.persistence.imports_fichier import Depot
from mission_import.policy import POLICY
from mission_import.use_cases import import_file
from mission_import.use_cases.import_file import EssaiFichier
from mission_import.web.application import application
from mission_import.web.limites import limit_fichier
from mission_import.web.pages import lignes
from mission_import.web.pages.ecran import page, within_reach
from mission_import.web.refusals import errors_of, status_of
from pages.commands import commande, reading, see_other, snapshot
from pages.forms import text

router = Router(include_in_schema=False)
ADRESSE = "/imports/fichier"
_AUTOUR = 10_000  # octets of a form around its file
_DERNIERS, _MONTREES = 20, 200
FORMATS = {"JSON_LINES": "JSON Lines", "CSV": "CSV"}
SORTS = {
    Sort.A_APPLIQUER: ("info", "À appliquer", "Appliquées"),
    Sort.A_VALIDER: ("new", "Attendra une décision", "À décider"),
    Sort.REMPLACEE: ("", "Remplacée par une suivante du fichier", "Remplacées dans le fichier"),
    Sort.DEJA_RECUE: ("", "Déjà reçue\u00a0: rien ne change", "Déjà reçues"),
    Sort.DEPASSEE: ("", "Plus ancienne\u00a0: rien ne change", "Plus anciennes que celles reçues"),
}
"""By what becomes of a closing of the file: badge and label before, and label of their number after."""


@router.get(ADRESSE)
async def choisir(request: Request, acteur: ActeurDep) -> Response:
    return await _formulaire(request, acteur)


@router.post(ADRESSE, dependencies=[Depends(limit_fichier)])
@takes_a_file
async def deposer(request: Request, acteur: ActeurDep) -> Response:
    """The dry run: the file is read whole, and kept until it is confirmed."""
    POLICY.scope(acteur, import_file.ACTION)
    try:
        octets = await _octets(request)
        lecture = await import_file.lire(acteur, octets, application(request).clock())
        async with commande(request, acteur) as command:
            essai = await import_file.deposit(command, octets, lecture)
    except Refus as refus:
        return await _formulaire(request, acteur, refus)
    return see_other(f"{ADRESSE}/{essai.depot.import_id}")


@router.get(ADRESSE + "/{import_id}", dependencies=[Depends(limit_fichier)])
async def lire(request: Request, import_id: UUID, acteur: ActeurDep) -> Response:
    """What the file would change now, or what it did."""
    return await _essai(request, acteur, import_id)


@router.post(ADRESSE + "/{import_id}", dependencies=[Depends(limit_fichier)])
async def confirmer(request: Request, import_id: UUID, acteur: ActeurDep) -> Response:
    """« Importer » the file as it was read."""
    async with request.form(max_files=0, max_fields=10) as form:
        lu = text(form, "lu")
    try:
        with within_reach(acteur, import_file.ACTION):
            async with commande(request, acteur) as command:
                resume = await import_file.confirm(command, import_id, lu)
    except (LectureDepassee, ImportDejaFait) as refus:
        return await _essai(request, acteur, import_id, refus)
    except Refus as refus:
        return await _formulaire(request, acteur, refus)
    return see_other(f"{ADRESSE}/{import_id}?fait={'importe' if resume.change else 'fichier-inchange'}")


async def _octets(request: Request) -> bytes:
    """The file of the form. Raises FichierAbsent, FichierTropGrand."""
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > MAX_OCTETS + _AUTOUR:
        raise FichierTropGrand
    async with request.form(max_files=1, max_fields=10) as form:
        octets = await _fichier(form)
    if not octets:
        raise FichierAbsent
    if len(octets) > MAX_OCTETS:
        raise FichierTropGrand
    return octets


async def _fichier(form: FormData) -> bytes:
    file = form.get("fichier")
    return await file.read() if isinstance(file, UploadFile) else b""


async def _formulaire(request: Request, acteur: Acteur, refus: Refus | None = None) -> Response:
    async with reading(request, acteur) as connection:
        rows = await import_file.history(connection, acteur, 1, _DERNIERS)
    fautes = refus.fautes if isinstance(refus, FichierFautif) else None
    return page(
        request,
        acteur,
        "fichier.html",
        status=status_of(refus),
        erreurs=errors_of(refus),
        fautes=fautes.en_ordre() if fautes else [],
        total=fautes.total if fautes else 0,
        fichiers=[_depot(row) for row in rows],
    )


async def _essai(request: Request, acteur: Acteur, import_id: UUID, refus: Refus | None = None) -> Response:
    try:
        with within_reach(acteur, import_file.ACTION):
            async with snapshot(request, acteur) as connection:
                essai = await import_file.look(connection, acteur, import_id, application(request).clock())
    except Refus as autre:
        return await _formulaire(request, acteur, autre)
    return page(
        request,
        acteur,
        "fichier_essai.html",
        status=status_of(refus),
        erreurs=errors_of(refus),
        **_contenu(essai),
    )


def _contenu(essai: EssaiFichier) -> dict[str, Any]:
    """The new closings first; of those that change something, the rows."""
    ordered = sorted(essai.essais, key=lambda one: (not one.nouvelle, one.ligne))
    return {
        "depot": _depot(essai.depot),
        "fichier": essai.fichier,
        "lu": essai.lu,
        "resume": _resume(essai.resume),
        "clotures": [_cloture(one) for one in ordered[:_MONTREES]],
        "total": len(ordered),
    }


def _depot(row: Depot) -> dict[str, Any]:
    academie, bilan = row.academies[0], row.bilan
    return dict(row) | {
        "le": local_time(academie, row.le),
        "confirme_le": row.confirme_le and local_time(academie, row.confirme_le),
        "format_nom": FORMATS[row.format],
        "academies_noms": ", ".join(lignes.academie(one) for one in row.academies),
        "sorts": _sorts(bilan.clotures, 2) if bilan else [],
        "resume": lignes.resume(bilan.missions) if bilan else "",
        "change": bilan is not None and change(bilan.clotures),
    }


def _resume(resume: Resume) -> dict[str, Any]:
    return {
        "change": resume.change,
        "sorts": _sorts(resume.clotures, 1),
        "missions": lignes.resume(resume.missions),
        "orphelins": resume.convoques,
    }


def _sorts(sorts: Mapping[str, int], label: int) -> list[tuple[str, int]]:
    """« Appliquées », 3: those there are."""
    return [(SORTS[one][label], sorts[one.value]) for one in Sort if sorts[one.value]]


def _cloture(one: Essai) -> dict[str, Any]:
    return {
        "ligne": one.ligne,
        "place": one.cloture.etablissement,
        "session": one.cloture.session,
        "revision": one.cloture.revision,
        "badge": SORTS[one.sort],
        "resume": lignes.resume(one.bilan) if one.nouvelle else "–",
        "orphelins": lignes.orphelins(one.lignes),
        "missions": [lignes.mission(ligne) for ligne in one.lignes],
    }
