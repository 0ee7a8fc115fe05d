"""Who acts in a request: every route of the application asks for an acteur.

Only health, metrics, the OpenAPI document and plain routes do not.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import Depends, FastAPI, Request
from starlette.responses import Response

from acces.acteur import COOKIE, Acteur, InvalidToken, read
from acces.policy import Forbidden
from chassis import http
from chassis.http import Problem, refuse

log = structlog.get_logger()
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(http.Application):
    """`token_key` signs the tokens of acteurs."""

    token_key: str


def current_acteur(request: Request) -> Acteur:
    """The acteur of the bearer token, else of the session cookie; 401 where there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = request.cookies.get(COOKIE, "")
        if token:
            refuse_cross_site(request)
    key = http.application(request, Application).token_key
    try:
        return read(token, key, now=datetime.now(UTC))  # noqa: TID251  # the border: a token ends by the clock
    except InvalidToken:
        raise Problem(401, "non-authentifie", "Connectez-vous : jeton absent, invalide ou expiré.") from None


def refuse_cross_site(request: Request) -> None:
    """A cookie goes along by itself: writes must come from our own pages (Sec-Fetch-Site, else Origin)."""
    if request.method in _SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin", "")
    if site in {"same-origin", "none"} or (site is None and origin.endswith(f"//{request.headers.get('host')}")):
        return
    raise Problem(403, "requete-intersite", "Cette requête ne vient pas de l’application.")


ActeurDep = Annotated[Acteur, Depends(current_acteur)]


def create_app(*, title: str, description: str = "") -> FastAPI:
    """A FastAPI application that asks for an acteur everywhere; the service includes its routers."""
    app = http.create_app(title=title, description=description, dependencies=[Depends(current_acteur)])
    app.add_exception_handler(Forbidden, _forbidden)
    return app


async def _forbidden(request: Request, error: Exception) -> Response:
    assert isinstance(error, Forbidden)
    log.info("http.forbidden", action=error.action)
    return refuse(request, 403, "interdit", "Vous n’avez pas le droit de faire cela ici.")
