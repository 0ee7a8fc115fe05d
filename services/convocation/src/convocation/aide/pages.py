"""« Aide »: the subjects, each a template; for everybody who is signed in."""

from fastapi import Request
from starlette.responses import Response

from acces.acteur import Acteur
from acces.http import ActeurDep, Router
from convocation.aide.refus import SujetInconnu
from convocation.cadre.access import of_an_etablissement, offered
from convocation.cadre.domain import ADMINISTRATEUR, ETABLISSEMENT, GESTIONNAIRE, INTERVENANT, SUJETS
from convocation.cadre.ecran import page
from pages.commands import reading

router = Router(include_in_schema=False)
_GROUPES = (ETABLISSEMENT, INTERVENANT, GESTIONNAIRE, ADMINISTRATEUR)


@router.get("/aide")
async def sommaire(request: Request, acteur: ActeurDep) -> Response:
    """All subjects, those of the reader's own function first."""
    groups = sorted(_GROUPES, key=lambda one: one != _own(acteur))
    told = [(one, [(slug, held.titre) for slug, held in SUJETS.items() if held.groupe == one]) for one in groups]
    async with reading(request, acteur) as connection:
        return await page(request, connection, acteur, "aide/sommaire.html", groupes=told)


@router.get("/aide/{sujet}")
async def lire(request: Request, sujet: str, acteur: ActeurDep) -> Response:
    """One subject. Raises SujetInconnu."""
    if sujet not in SUJETS:
        raise SujetInconnu
    one = SUJETS[sujet]
    near = [(slug, held.titre) for slug, held in SUJETS.items() if held.groupe == one.groupe and slug != sujet]
    async with reading(request, acteur) as connection:
        return await page(
            request, connection, acteur, f"aide/{sujet}.html", sujet=one.titre, groupe=one.groupe, voisins=near
        )


def _own(acteur: Acteur) -> str:
    """The group of the reader's function."""
    if of_an_etablissement(acteur):
        return ETABLISSEMENT
    if offered(acteur, {"mes-convocations.lire"}):
        return INTERVENANT
    return GESTIONNAIRE if offered(acteur, {"contact.ecrire"}) else ADMINISTRATEUR
