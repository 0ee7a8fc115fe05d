"""The signed link of a mail opens a person's own pages for two hours (R57). For everybody: no acteur is asked for.

GET does nothing but set the cookie: scanners of mails follow links too. The token leaves the address bar at once.
"""

from datetime import timedelta
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from acces import securite
from acces.acteur import Acteur, Role
from acces.http import present, refuse_cross_site, secret_of
from acces.securite import Evenement
from convocation.cadre.ecran import FONCTIONS
from convocation.commun.application import application
from convocation.commun.jetons import read_lien
from convocation.commun.limites import limit_porte
from convocation.entrees.commands import Entree
from convocation.mes_missions import sql
from pages.commands import reading, see_other

_LASTS = timedelta(hours=2)
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def add_to(app: FastAPI) -> None:
    """Any path: what is no token at all gets the same answer as a forged one."""
    app.add_route("/lien/{token:path}", ouvrir, methods=["GET"])
    app.add_route("/lien/{token:path}", poursuivre, methods=["POST"])


async def ouvrir(request: Request) -> Response:
    """Sign in; ask first where somebody else is signed in."""
    await limit_porte(request, "/lien/{token}")
    acteur, here = await _acteur(request), await present(request)
    if acteur is None:
        return _plus_valable(request)
    if here is None:
        return await _enter(request, acteur)
    if (here.role, here.sub) == (acteur.role, acteur.sub):
        return _sealed(see_other("/mes-missions"))
    names: dict[str, Any] = {"present": here, "fonction": FONCTIONS.get(here.role, ""), "personne": acteur.nom}
    page = _sealed(application(request).pages.render(request, "mes_missions/lien_autre_session.html", **names))
    # Its form must say where it comes from (refuse_cross_site): the host, and nothing of the address.
    page.headers["Referrer-Policy"] = "strict-origin"
    return page


async def poursuivre(request: Request) -> Response:
    """Sign in instead of whoever is signed in."""
    refuse_cross_site(request)
    await limit_porte(request, "/lien/{token}")
    acteur = await _acteur(request)
    return _plus_valable(request) if acteur is None else await _enter(request, acteur)


async def _acteur(request: Request) -> Acteur | None:
    state = application(request)
    named = read_lien(request.path_params["token"], state.token_key, state.clock())
    if named is None:
        return None
    async with reading(request) as connection:
        person = await sql.person_of_lien(connection, named)
    if person is None:
        return None
    return Acteur(person.numero, Role.INTERVENANT, f"{person.prenom} {person.nom}")


async def _enter(request: Request, acteur: Acteur) -> Response:
    response = see_other("/mes-missions")
    state = application(request)
    await state.sessions.close(secret_of(request))
    await state.sessions.open(response, Entree(acteur.sub, (acteur,)), hours=_LASTS)
    securite.tell(request, Evenement.LINK_OPENED, acteur)
    return _sealed(response)


def _plus_valable(request: Request) -> Response:
    """The same page for a forged, an expired and an unknown link."""
    securite.tell(request, Evenement.LINK_REFUSED)
    return _sealed(application(request).pages.render(request, "mes_missions/lien_plus_valable.html", status=404))


def _sealed(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response
