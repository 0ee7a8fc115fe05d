"""HTTP of a service: health, metrics, who acts, refusals as problem+json (RFC 9457), one log line a request.

Every route of the application asks for an acteur; only health, metrics and the OpenAPI document do not.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.acteur import COOKIE, Acteur, InvalidToken, read
from chassis.cloudevents import Cause
from chassis.database import is_transient
from chassis.metrics import HTTP_SECONDS
from chassis.policy import Forbidden
from chassis.settings import ServiceSettings
from chassis.tracing import caused_by, new_traceparent, trace_id

log = structlog.get_logger()
MAX_BODY_BYTES = 8_000_000
_DETAILS = {"Not Found": "Cette adresse n’existe pas.", "Method Not Allowed": "Cette adresse ne répond pas ainsi."}
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Problem(Exception):
    """A refusal with its sentence; `type` is a short slug that programs may test."""

    def __init__(
        self, status: int, type_: str, detail: str, *, headers: Mapping[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.type = type_
        self.detail = detail
        self.headers = headers or {}
        self.extra = extra


def current_acteur(request: Request) -> Acteur:
    """The acteur of the bearer token, else of the session cookie; 401 where there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = request.cookies.get(COOKIE, "")
        if token:
            refuse_cross_site(request)
    key: str = request.app.state.token_key
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


def create_app(settings: ServiceSettings, *, title: str, description: str = "") -> FastAPI:
    """A FastAPI application that asks for an acteur everywhere; the service includes its routers."""
    app = FastAPI(
        title=title,
        description=description,
        docs_url=None,  # its page loads scripts from a CDN (D36)
        redoc_url=None,
        dependencies=[Depends(current_acteur)],
    )
    app.state.token_key = settings.token_key.get_secret_value()
    app.state.live = app.state.ready = app.state.pages = app.state.sign_in = None
    app.add_route("/health/live", _live)
    app.add_route("/health/ready", _ready)
    app.add_route("/metrics", _metrics)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(Forbidden, _forbidden)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)
    app.add_middleware(_RequestContext)
    return app


async def _live(request: Request) -> Response:
    check: Callable[[], str | None] | None = request.app.state.live
    return _health(check() if check else None)


async def _ready(request: Request) -> Response:
    check: Callable[[], Awaitable[str | None]] | None = request.app.state.ready
    return _health(await check() if check else "starting")


def _health(reason: str | None) -> Response:
    return PlainTextResponse(f"{reason or 'ok'}\n", status_code=503 if reason else 200)


async def _metrics(_: Request) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def refuse(request: Request, status: int, type_: str, detail: str, **extra: Any) -> Response:
    """A refusal in the form that is asked for: a page for a person, problem+json for a program.

    A person who is not signed in is sent to the sign-in (`app.state.sign_in`), where the service has one.
    """
    state = request.app.state
    if state.pages is None or not _asks_for_a_page(request):
        return problem_response(status, type_, detail, **extra)
    if status == 401 and state.sign_in is not None:
        redirect: Response = state.sign_in(request)
        return redirect
    page: Response = state.pages.render(request, "erreur.html", status=status, titre=_titre(status), texte=detail)
    return page


def _asks_for_a_page(request: Request) -> bool:
    if request.url.path.startswith("/api/"):
        return False
    return "text/html" in request.headers.get("accept", "") or "hx-request" in request.headers


def _titre(status: int) -> str:
    titres = {401: "Connexion nécessaire", 403: "Accès refusé", 404: "Page introuvable", 413: "Envoi trop grand"}
    return titres.get(status, "Cette demande n’a pas abouti")


def problem_response(status: int, type_: str, detail: str, **extra: Any) -> JSONResponse:
    body = {"type": type_, "status": status, "detail": detail, **extra}
    headers = {"www-authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse(body, status_code=status, media_type="application/problem+json", headers=headers)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    response = refuse(request, error.status, error.type, error.detail, **error.extra)
    response.headers.update(error.headers)
    return response


async def _forbidden(request: Request, error: Exception) -> Response:
    assert isinstance(error, Forbidden)
    log.info("http.forbidden", action=error.action)
    return refuse(request, 403, "interdit", "Vous n’avez pas le droit de faire cela ici.")


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [{"champ": ".".join(map(str, fault["loc"])), "motif": fault["msg"]} for fault in error.errors()]
    return refuse(request, 422, "requete-invalide", "La requête n’a pas la forme attendue.", erreurs=faults)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = refuse(request, error.status_code, "http", _DETAILS.get(str(error.detail), str(error.detail)))
    response.headers.update(error.headers or {})  # Allow of a 405 (RFC 9110 section 15.5.6)
    return response


async def _unexpected(request: Request, error: Exception) -> Response:
    if is_transient(error):
        return refuse(request, 503, "indisponible", "Le service est momentanément indisponible, réessayez.")
    log.error("http.failed", error=error)
    return refuse(request, 500, "erreur-interne", "Une erreur interne est survenue ; elle a été journalisée.")


class _RequestContext:
    """Sets the cause of the request, bounds its body, and tells its route (never its path: numbers are people)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        traceparent = headers.get(b"traceparent", b"").decode("latin-1")
        traceparent = traceparent if trace_id(traceparent) else new_traceparent()
        started, status = time.perf_counter(), 500
        left = MAX_BODY_BYTES

        async def bounded() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(413, "Le corps de la requête est trop grand.")
            return message

        async def observe(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with caused_by(Cause(correlation_id=trace_id(traceparent), traceparent=traceparent)):
            try:
                await self.app(scope, bounded, observe)
            finally:
                _tell(scope, status, time.perf_counter() - started)


def _route(scope: Scope) -> str:
    """The template of the path; FastAPI tells it of its own routes, of a plain one only the endpoint."""
    plain = (one for one in scope["app"].routes if getattr(one, "endpoint", one) is scope.get("endpoint"))
    return getattr(scope.get("route") or next(plain, None), "path", "other")


def _tell(scope: Scope, status: int, seconds: float) -> None:
    if scope["path"].startswith(("/health/", "/metrics")):
        return
    route = _route(scope)
    HTTP_SECONDS.labels(scope["method"], route, status).observe(seconds)
    log.info("http.request", method=scope["method"], route=route, status=status, seconds=round(seconds, 4))
