"""The first page by role, and the pages of the footer."""

from fastapi import Request
from starlette.responses import Response

from acces.http import ActeurDep, Router
from convocation.cadre.access import offered
from convocation.cadre.ecran import MES_MISSIONS, MISSIONS
from convocation.commun.application import application
from pages.commands import see_other

router = Router(include_in_schema=False)


@router.get("/")
async def accueil(acteur: ActeurDep) -> Response:
    return see_other(MES_MISSIONS if offered(acteur, {"mes-convocations.lire"}) else MISSIONS)


async def pied_de_page(request: Request) -> Response:
    """Accessibility, legal notice, personal data: for everybody."""
    name = request.url.path.strip("/").replace("-", "_")
    return application(request).pages.render(request, f"cadre/{name}.html")
