"""« Annuaire des intervenants » (R35, R54). What is searched is posted: names stand in no address."""

from math import ceil

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep
from convocation.annuaire.access import READ
from convocation.annuaire.reads import FiltreAnnuaire, liste_intervenants
from convocation.cadre.ecran import page
from convocation.commun.access import reach
from convocation.nomenclature import reads as nomenclature
from pages.commands import reading
from pages.forms import fields, page_number, text

router = APIRouter(include_in_schema=False)
_ETATS = {"actifs": True, "inactifs": False}
_TAILLE = 50


@router.get("/intervenants")
async def lister(request: Request, acteur: ActeurDep) -> Response:
    """Everybody of the académies, active or not."""
    return await _liste(request, acteur, FormData())


@router.post("/intervenants")
async def chercher(request: Request, acteur: ActeurDep) -> Response:
    async with fields(request) as form:
        return await _liste(request, acteur, form)


async def _liste(request: Request, acteur: Acteur, form: FormData) -> Response:
    seen = reach(acteur, READ)
    demande = {name: text(form, name)[:100] for name in ("nom", "uai", "discipline", "etat")}
    number = text(form, "page")
    filtre = FiltreAnnuaire(
        academies=seen.academies,
        nom=demande["nom"],
        uai=demande["uai"].upper() or None,
        discipline=demande["discipline"] or None,
        actif=_ETATS.get(demande["etat"]),
        page=page_number(number),
        taille=_TAILLE,
    )
    async with reading(request) as connection:
        lignes, rapproche = await liste_intervenants(connection, filtre)
        disciplines = await nomenclature.disciplines(connection, "")
        return await page(
            request,
            connection,
            acteur,
            "annuaire/annuaire.html",
            lignes=lignes,
            rapproche=rapproche,
            ecrit=seen.academies is not None,
            demande=demande,
            numero_page=filtre.page,
            total=lignes[0].total if lignes else 0,
            pages=ceil(lignes[0].total / _TAILLE) if lignes else 0,
            libelles={one["code"]: one["libelle"] for one in disciplines},
            disciplines=[(one["code"], one["libelle"]) for one in disciplines],
            etats=[("actifs", "En activité"), ("inactifs", "Désactivés")],
        )
