"""HTTP of a service: health, refusals as problem+json (RFC 9457), limits of size, one log line a request."""

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.params import Depends
from fastapi.responses import JSONResponse
from opentelemetry.trace import INVALID_SPAN, Span
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.database import Pool, is_transient
from chassis.metrics import HTTP_SECONDS
from chassis.problem import NOWHERE, Problem, body_of
from chassis.server import MAX_HEAD_BYTES
from chassis.tracing import request_span, tell_request

log = structlog.get_logger()
MAX_BODY_BYTES, MAX_FILE_BYTES = 1_000_000, 8_000_000
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER = "other"  # of labels: what a stranger invents must not become one
_ALWAYS = {
    "Cache-Control": "no-store",  # answers bear names of people
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",  # pages have their own
}
_HSTS = "max-age=31536000"
_DETAILS = {"Not Found": "Cette adresse n’existe pas.", "Method Not Allowed": "Cette adresse ne répond pas ainsi."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What the requests of a service use. Its `main.build` makes one, of a class with all that this service needs.

    `public_url`: how browsers reach it; empty where nobody said so. `documentation_url`: of the site that has a page on
    each type of refusal.
    """

    pool: Pool
    clock: Callable[[], datetime]
    wake_relay: Callable[[], None]
    public_url: str = ""
    documentation_url: str = NOWHERE

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by https alone."""
        return self.public_url.startswith("https:")

    async def close(self) -> None:
        """The process ends: connections to others are closed. Not the pool, which the chassis opened."""

    def refusal_page(self, request: Request, status: int, detail: str) -> Response | None:  # noqa: ARG002
        """A refusal as a page; None where it is told as problem+json."""
        return None


T = TypeVar("T", bound=Application)
E = TypeVar("E", bound=Callable[..., Any])
_takes_a_file: set[Callable[..., Any]] = set()


def takes_a_file(endpoint: E) -> E:
    """A route's function whose body may have MAX_FILE_BYTES: a file, or as many people as one may have."""
    _takes_a_file.add(endpoint)
    return endpoint


def application(request: Request, kind: type[T]) -> T:
    """What `main.build` put at `app.state.application`."""
    found = request.app.state.application
    assert isinstance(found, kind)
    return found


@dataclass(frozen=True, slots=True)
class Health:
    """Why the process is not live, and why it is not ready; None where it is."""

    not_live: Callable[[], str | None]
    not_ready: Callable[[], Awaitable[str | None]]


def create_app(*, title: str, description: str = "", dependencies: Sequence[Depends] = ()) -> FastAPI:
    """A FastAPI application with health and refusals; `dependencies` hold for every route of a router."""
    app = FastAPI(
        title=title,
        description=description,
        openapi_url=None,  # `ops_app` has it
        docs_url=None,  # its page loads scripts from a CDN (D36)
        redoc_url=None,
        redirect_slashes=False,  # it redirects to whatever Host the request names
        telemetry={"tracing": False, "metrics": False, "logs": False},  # it tells paths: numbers are people (D44)
        dependencies=dependencies,
    )
    app.state.health = Health(lambda: None, _starting)
    app.add_route("/health/live", _live)
    app.add_route("/health/ready", _ready)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_middleware(_RequestContext)
    return app


def ops_app(app: FastAPI) -> Starlette:
    """What is read by who runs the service, and by nobody else: metrics, and what there is to call."""

    async def openapi(_: Request) -> Response:
        return JSONResponse(app.openapi())

    return Starlette(routes=[Route("/metrics", _metrics), Route("/openapi.json", openapi)])


async def _starting() -> str:
    return "starting"


async def _live(request: Request) -> Response:
    health: Health = request.app.state.health
    return _health(health.not_live())


async def _ready(request: Request) -> Response:
    health: Health = request.app.state.health
    return _health(await health.not_ready())


def _health(reason: str | None) -> Response:
    return PlainTextResponse(f"{reason or 'ok'}\n", status_code=503 if reason else 200)


async def _metrics(_: Request) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def refuse(request: Request, status: int, type_: str, detail: str, **extra: Any) -> Response:
    """A refusal in the form that is asked for: a page (where the service has any) or problem+json."""
    ours = application(request, Application)
    page = ours.refusal_page(request, status, detail)
    if page is not None:
        return page
    body = body_of(ours.documentation_url, status, type_, detail, **extra)
    headers = {"www-authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse(body, status_code=status, media_type="application/problem+json", headers=headers)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    response = refuse(request, error.status, error.type, error.detail, **error.extra)
    response.headers.update(error.headers)
    return response


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
    if isinstance(error, asyncpg.DataError):  # SQLSTATE class 22: no column holds such a value
        log.warning("http.impossible_value", sqlstate=error.sqlstate)
        return refuse(request, 422, "valeur-impossible", "Une valeur de la requête est hors de ce qui peut être.")
    if isinstance(error, ClientDisconnect):  # nobody reads the answer
        return refuse(request, 400, "requete-interrompue", "La requête n’est pas arrivée entière.")
    if is_transient(error):
        return refuse(request, 503, "indisponible", "Le service est momentanément indisponible, réessayez.")
    log.error("http.failed", error=error)
    return refuse(request, 500, "erreur-interne", "Une erreur interne est survenue ; elle a été journalisée.")


class _RequestContext:
    """Sets the cause of the request, bounds its size, and tells its route (never its path: numbers are people).

    No answer is stored by anybody or loads anything into a browser, unless it says itself how.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status, answered = time.perf_counter(), 500, False
        body, handled = 0, _as_get(scope)

        async def bounded() -> Message:
            nonlocal body
            limit = MAX_FILE_BYTES if handled.get("endpoint") in _takes_a_file else MAX_BODY_BYTES
            if _declared(scope) <= limit:
                message = await receive()
                body += len(message.get("body", b""))
                if body <= limit:
                    return message
            raise HTTPException(413, "Le corps de la requête est trop grand.")

        async def observe(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], True
                _complete(scope, MutableHeaders(scope=message))
            await send(message)

        probe = _is_probe(scope)
        with nullcontext(INVALID_SPAN) if probe else request_span(_method(scope), Headers(scope=scope)) as span:
            try:
                await (_refused(scope) or self.app)(handled, bounded, observe)
            except Exception as error:  # answered here: Starlette would count 500 and raise it again
                if answered:
                    raise
                response = await _unexpected(Request(scope), error)
                await response(scope, receive, observe)
            finally:
                _tell(handled, _method(scope), span, status, time.perf_counter() - started)


def _as_get(scope: Scope) -> Scope:
    """HEAD is answered as GET; the server leaves the body out (RFC 9110 section 9.3.2)."""
    return {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope


def _refused(scope: Scope) -> Response | None:
    """The answer to what cannot be a request of ours, before anybody looks at it."""
    if _holds_nul(scope):
        return refuse(Request(scope), 400, "caractere-nul", "L’adresse contient un caractère nul.")
    headers = sum(len(name) + len(value) for name, value in scope["headers"])
    if headers + len(scope["raw_path"]) + len(scope["query_string"]) > MAX_HEAD_BYTES:
        return refuse(Request(scope), 431, "entetes-trop-grands", "L’adresse et les en-têtes sont trop grands.")
    return None


def _declared(scope: Scope) -> int:
    """Bytes of the body as its header says; 0 where it does not."""
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isdecimal() else 0


def _holds_nul(scope: Scope) -> bool:
    """No text of PostgreSQL holds U+0000, and no address of ours needs it."""
    return "\x00" in scope["path"] or b"%00" in scope["query_string"] or b"\x00" in scope["query_string"]


def _complete(scope: Scope, headers: MutableHeaders) -> None:
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    if application(Request(scope), Application).secure:
        headers.setdefault("Strict-Transport-Security", _HSTS)


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _METHODS else _OTHER


def _route(scope: Scope) -> str:
    """The template of the path; FastAPI tells it of its own routes, of a plain one only the endpoint."""
    plain = (one for one in scope["app"].routes if getattr(one, "endpoint", one) is scope.get("endpoint"))
    return getattr(scope.get("route") or next(plain, None), "path", _OTHER)


def _is_probe(scope: Scope) -> bool:
    """Somebody asks for the health every few seconds: no line of the log, no trace."""
    return bool(scope["path"].startswith("/health/"))


def _tell(scope: Scope, method: str, span: Span, status: int, seconds: float) -> None:
    if _is_probe(scope):
        return
    route = _route(scope)
    tell_request(span, method, route, status)
    HTTP_SECONDS.labels(method, route, status).observe(seconds)
    log.info("http.request", method=method, route=route, status=status, seconds=round(seconds, 4))
