"""« Coordonnées de l’établissement »: telephone and mail, for whom it convokes."""

from fastapi import Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from convocation.cadre.ecran import choisir_etablissement, page
from convocation.commun.refus import VersionDepassee
from convocation.commun.refusals import errors_of, status_of
from convocation.coordonnees import reads
from convocation.coordonnees.access import etablissement_to_record_for, may_record
from convocation.coordonnees.commands import record_coordonnees
from convocation.coordonnees.schemas import CoordonneesIn
from convocation.missions import reads as missions
from pages.commands import commande, reading, see_other
from pages.forms import faults, fields, text, version_of

router = Router(include_in_schema=False)
_PHRASES = {
    "telephone": "Écrivez un numéro de téléphone, en 100 caractères au plus, par exemple 04 72 00 00 00.",
    "courriel": "Écrivez une adresse, par exemple secretariat@ac-exemple.fr.",
}


@router.get("/coordonnees")
async def choisir(request: Request, acteur: ActeurDep) -> Response:
    """The établissement first."""
    may_record(acteur)
    return await choisir_etablissement(request, acteur, "Coordonnées de l’établissement", "/coordonnees")


@router.get("/coordonnees/{uai}")
async def voir(request: Request, uai: str, acteur: ActeurDep) -> Response:
    return await _form(request, acteur, uai)


@router.post("/coordonnees/{uai}")
async def enregistrer(request: Request, uai: str, acteur: ActeurDep) -> Response:
    """An empty field is one that nobody is told."""
    async with reading(request, acteur) as connection:
        await etablissement_to_record_for(connection, acteur, uai)
    async with fields(request) as form:
        typed, expected = {name: text(form, name)[:300] for name in _PHRASES}, version_of(form)
    body = {name: value or None for name, value in typed.items()}
    erreurs = faults(CoordonneesIn, body, _PHRASES)
    if erreurs:
        return await _form(request, acteur, uai, typed, erreurs, status=422)
    told = CoordonneesIn.model_validate(body)
    try:
        async with commande(request, acteur) as command:
            await record_coordonnees(command, uai, told.telephone, told.courriel, expected)
    except VersionDepassee as refus:
        return await _form(request, acteur, uai, typed, errors_of(refus), status=status_of(refus))
    return see_other(f"/coordonnees/{uai}?fait=coordonnees", request)


async def _form(
    request: Request,
    acteur: Acteur,
    uai: str,
    typed: dict[str, str] | None = None,
    erreurs: list[dict[str, str]] | None = None,
    *,
    status: int = 200,
) -> Response:
    async with reading(request, acteur) as connection:
        await etablissement_to_record_for(connection, acteur, uai)
        held = (await reads.of_etablissements(connection, [uai])).get(uai)
        places = await missions.etablissements(connection, [uai])
        return await page(
            request,
            connection,
            acteur,
            "coordonnees/coordonnees.html",
            status=status,
            uai=uai,
            etablissement=places[0] if places else None,
            version=held.version if held else "",
            typed=typed or held or dict.fromkeys(_PHRASES, ""),
            erreurs=erreurs or [],
        )
