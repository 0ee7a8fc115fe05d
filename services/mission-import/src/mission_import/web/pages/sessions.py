"""People sign in at convocation; its cookie is good here, for it is the host name's (0009)."""

from fastapi import FastAPI, Request
from starlette.responses import Response

from acces.http import refuse_cross_site, secret_of
from acces.session import delete_cookie
from chassis.problem import Problem
from mission_import.web.application import application
from mission_import.web.pages.ecran import IMPORTS
from pages.commands import see_other

_ELSEWHERE = ("/accessibilite", "/mentions-legales", "/donnees-personnelles", "/fonctions", "/mes-connexions")


def add_to(app: FastAPI) -> None:
    """Plain routes: those of routers ask for an acteur."""
    app.add_route("/", accueil)
    app.add_route("/connexion", connexion)
    app.add_route("/deconnexion", sign_out, methods=["POST"])
    for path in _ELSEWHERE:
        app.add_route(path, elsewhere)


async def accueil(_: Request) -> Response:
    return see_other(IMPORTS)


async def connexion(request: Request) -> Response:
    """Where to sign in. No redirect: it would end a form's way at another address, which the CSP forbids."""
    ours = application(request)
    return ours.pages.render(request, "connexion.html", url=ours.convocation_url)


async def sign_out(request: Request) -> Response:
    refuse_cross_site(request)
    ours, sessions = application(request), application(request).sessions
    suite = await sessions.close(secret_of(request)) if sessions else None
    response = ours.pages.signed_out(request, suite)
    delete_cookie(response, secure=ours.secure)
    return response


async def elsewhere(request: Request) -> Response:
    """The footer's pages are convocation's."""
    url = application(request).convocation_url
    if url is None:
        raise Problem(404, "inconnu", "Cette adresse n’existe pas.")
    return see_other(f"{url}{request.url.path}")


def to_sign_in(_: Request) -> Response:
    return see_other("/connexion")
