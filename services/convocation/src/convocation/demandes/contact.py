"""« Contact de l’académie » (R36, R54): each gestionnaire IMAGIN records whom the établissements contact."""

from operator import itemgetter

from fastapi import Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from convocation.cadre.ecran import page
from convocation.demandes import reads
from convocation.demandes.access import contacts_of, may_keep_contact, may_read_contact
from convocation.demandes.commands import record_contact
from convocation.demandes.schemas import ContactIn
from event_schemas.academies import NOMS
from pages.commands import commande, reading, see_other
from pages.forms import faults, fields, text

router = Router(include_in_schema=False)
_PHRASES = {
    "nom": "Renseignez le nom, en 100 caractères au plus.",
    "courriel": "Renseignez le courriel, par exemple prenom.nom@ac-exemple.fr.",
    "telephone": "Renseignez le téléphone, en 100 caractères au plus.",
    "horaires": "Renseignez les horaires, en 100 caractères au plus.",
}


@router.get("/contact")
async def choisir(acteur: ActeurDep) -> Response:
    """Straight to the first académie that is read; the page leads to the others."""
    return see_other(f"/contact/{min(contacts_of(acteur), default='aucune')}")


@router.get("/contact/{academie}")
async def voir(request: Request, academie: str, acteur: ActeurDep) -> Response:
    return await _form(request, acteur, academie)


@router.post("/contact/{academie}")
async def enregistrer(request: Request, academie: str, acteur: ActeurDep) -> Response:
    may_keep_contact(acteur, academie)
    async with fields(request) as form:
        typed = {name: text(form, name)[:300] for name in _PHRASES}
    erreurs = faults(ContactIn, typed, _PHRASES)
    if erreurs:
        return await _form(request, acteur, academie, typed, erreurs)
    async with commande(request, acteur) as command:
        await record_contact(
            command, academie, (typed["nom"], typed["courriel"], typed["telephone"], typed["horaires"])
        )
    return see_other(f"/contact/{academie}?fait=contact", request)


async def _form(
    request: Request,
    acteur: Acteur,
    academie: str,
    typed: dict[str, str] | None = None,
    erreurs: list[dict[str, str]] | None = None,
) -> Response:
    ecrit = may_read_contact(acteur, academie)
    async with reading(request, acteur) as connection:
        held = await reads.contact(connection, academie)
        return await page(
            request,
            connection,
            acteur,
            "demandes/contact.html",
            status=422 if erreurs else 200,
            academie=academie,
            nom_academie=NOMS.get(academie, academie),
            autres=sorted(
                ((one, NOMS.get(one, one)) for one in contacts_of(acteur) if one != academie), key=itemgetter(1)
            ),
            ecrit=ecrit,
            typed=typed or held or dict.fromkeys(_PHRASES, ""),
            tenu=held is not None,
            erreurs=erreurs or [],
        )
