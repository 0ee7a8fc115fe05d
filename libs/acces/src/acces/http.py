"""Who acts in a request: every route of the application asks for an acteur, before it reads the body.

Only health, metrics, the OpenAPI document and plain routes do not.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

import asyncpg
import structlog
from fastapi import APIRouter, Depends, FastAPI, Request  # noqa: TID251  # the one place
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from acces import securite
from acces.acteur import Acteur, InvalidToken
from acces.jetons import PATH, Issuers, Signer
from acces.policy import Forbidden
from acces.securite import Evenement
from acces.session import RemoteSessions, Sessions, cookie_name
from chassis import http
from chassis.http import refuse
from chassis.problem import Problem

log = structlog.get_logger()
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(http.Application):
    """`issuers` of programs' tokens; `sessions`: those of people, None where none come."""

    issuers: Issuers
    sessions: Sessions | None = None

    async def close(self) -> None:
        await self.issuers.close()
        if isinstance(self.sessions, RemoteSessions):
            await self.sessions.aclose()


async def current_acteur(request: Request) -> Acteur:
    """The acteur of the bearer token, else of the session that the cookie names; 401 where there is none.

    Raises SessionEnded for a session that is over.
    """
    if not hasattr(request.state, "acteur"):
        request.state.acteur = await _authenticated(request)
    acteur: Acteur = request.state.acteur
    return acteur


async def _authenticated(request: Request) -> Acteur:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    bearer = scheme.lower() == "bearer"
    acteur = await (_by_token(request, token) if bearer else _by_session(request))
    if acteur is not None:
        return acteur
    if bearer or secret_of(request):
        securite.tell(request, Evenement.TOKEN_REFUSED)
    raise Problem(401, "non-authentifie", "Connectez-vous : jeton absent, invalide ou expiré.")


async def _by_token(request: Request, token: str) -> Acteur | None:
    ours = http.application(request, Application)
    try:
        return await ours.issuers.read(token, now=ours.clock())
    except InvalidToken:
        return None


async def _by_session(request: Request) -> Acteur | None:
    sessions, secret = http.application(request, Application).sessions, secret_of(request)
    if sessions is None or not secret:
        return None
    refuse_cross_site(request)
    session = await sessions.find(secret)
    if session is None:
        return None
    request.state.fonctions = session.fonctions
    return session.acteur


def count_functions(request: Request) -> int:
    """How many functions the person who acts may choose from; a program has one."""
    found: int = getattr(request.state, "fonctions", 1)
    return found


def secret_of(request: Request) -> str:
    """The value of the session cookie; empty without one."""
    return request.cookies.get(cookie_name(secure=http.application(request, Application).secure), "")


async def present(request: Request) -> Acteur | None:
    """Who acts, on a route that lets anybody in; None where nobody does."""
    try:
        return await current_acteur(request)
    except Problem:
        return None


def refuse_cross_site(request: Request) -> None:
    """A cookie goes along by itself: writes must come from our own pages (Sec-Fetch-Site, else Origin).

    A proxy may have rewritten Host, and knows alone of https: the public URL is ours as well.
    """
    if request.method in _SAFE_METHODS:
        return
    if _of_ours(request, "origin"):
        return
    securite.tell(request, Evenement.FOREIGN_SITE)
    raise Problem(403, "requete-intersite", "Cette requête ne vient pas de l’application.")


def is_wanted_here(request: Request) -> bool:
    """Whether the browser follows a link of our own pages, a bookmark or a typed address: no other site sent it."""
    return _of_ours(request, "referer")


def _of_ours(request: Request, header: str) -> bool:
    """By Sec-Fetch-Site; a browser that does not send it says in `header` from which page or host it comes."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    ours = {str(request.base_url).rstrip("/"), http.application(request, Application).public_url} - {""}
    return any(f"{request.headers.get(header, '')}/".startswith(f"{one}/") for one in ours)


class _Route(APIRoute):
    """FastAPI parses a body before it asks any dependency: a stranger's is not read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def known(request: Request) -> Response:
            await current_acteur(request)
            return await handler(request)

        return known


class Router(APIRouter):
    """Routes of a room: who acts is known before the body is read."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=_Route, **options)


ActeurDep = Annotated[Acteur, Depends(current_acteur)]


def publish_keys(app: FastAPI, signer: Signer | None) -> None:
    """The public keys of this service, for whoever reads its tokens; none where it signs with the shared key."""
    keys = signer.public() if signer else {"keys": []}

    async def jwks(_: Request) -> Response:
        return JSONResponse(keys, headers={"Cache-Control": "public, max-age=60"})

    app.add_route(PATH, jwks)


def create_app(*, title: str, description: str = "") -> FastAPI:
    """A FastAPI application that asks for an acteur everywhere; the service includes its routers."""
    app = http.create_app(title=title, description=description, dependencies=[Depends(current_acteur)])
    app.add_exception_handler(Forbidden, _forbidden)
    app.add_exception_handler(asyncpg.InsufficientPrivilegeError, _second_lock)
    return app


async def _forbidden(request: Request, error: Exception) -> Response:
    assert isinstance(error, Forbidden)
    log.info("http.forbidden", action=error.action)
    securite.tell(request, Evenement.ACCESS_DENIED, getattr(request.state, "acteur", None), action=error.action)
    return refuse(request, 403, "interdit", "Vous n’avez pas le droit de faire cela ici.")


async def _second_lock(request: Request, error: Exception) -> Response:
    """What the code let pass and the database refused (0040): nothing was written, and somebody should look."""
    assert isinstance(error, asyncpg.InsufficientPrivilegeError)
    log.error("http.refused_by_database", sqlstate=error.sqlstate, detail=str(error.args[0]))  # names a table, no value
    securite.tell(request, Evenement.DATABASE_REFUSED, getattr(request.state, "acteur", None))
    return refuse(request, 403, "interdit", "Vous n’avez pas le droit de faire cela ici.")
