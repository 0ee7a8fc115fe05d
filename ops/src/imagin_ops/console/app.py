"""The console as pages: the flow, renewed every two seconds, and the runbook of an alert."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import uvicorn
from jinja2 import PackageLoader
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from acces.debit import Debit, peer
from imagin_ops.console.curves import lines
from imagin_ops.console.runbook import Runbook
from imagin_ops.console.settings import ConsoleSettings
from imagin_ops.console.sources import LOOK_SECONDS
from imagin_ops.console.watching import Watch
from pages import Pages

_PARIS = ZoneInfo("Europe/Paris")


def create_app(watch: Watch, settings: ConsoleSettings) -> ASGIApp:
    """The pages of `watch`, for who has the password. It is looked as long as the application runs."""
    runbook = Runbook(settings.runbook_file)

    async def home(request: Request) -> Response:
        seen = watch.flow
        at = datetime.fromtimestamp(seen.at, UTC).astimezone(_PARIS) if seen.at else None
        return pages.render(
            request, "console.html", flow=seen, at=at, every=LOOK_SECONDS, documented=runbook.section, pied=()
        )

    async def alert(request: Request) -> Response:
        name = request.path_params["name"]
        section = runbook.section(name)
        if section is None:
            text = f"Rien n’est écrit ici sur {name}."
            return pages.render(request, "erreur.html", status=404, titre="Page introuvable", texte=text, pied=())
        return pages.render(request, "alerte.html", nom=name, section=Markup(section), pied=())  # noqa: S704  # ours

    async def live(_: Request) -> Response:
        return PlainTextResponse("ok")

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        looking = asyncio.create_task(watch.run())
        yield
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking
        await watch.close()

    routes = [Route("/", home), Route("/alertes/{name}", alert), Route("/health/live", live)]
    app = Starlette(routes=routes, lifespan=lifespan)
    pages = Pages(app, templates=PackageLoader("imagin_ops.console"))
    pages.environment.filters["lines"] = lines
    return _Admitted(app, settings)


class _Admitted:
    """HTTP Basic before all but health: the console must open while PostgreSQL is away, so no session is asked for.

    An address that does not know the password has twenty guesses, then one in six seconds.
    """

    def __init__(self, app: ASGIApp, settings: ConsoleSettings) -> None:
        self._app = app
        self._settings = settings
        self._guesses = Debit(per_second=1 / 6, burst=20)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == "/health/live" or self._settings.password is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        who = peer(request.client.host if request.client else "")
        given = request.headers.get("authorization", "")
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        if given and (seconds := await self._guesses.take(who)):  # a browser's first request knows of no password
            headers["Retry-After"] = str(seconds)
            await PlainTextResponse("Trop d’essais.", 429, headers)(scope, receive, send)
        elif self._settings.admits(*_credentials(given)):
            await self._guesses.forget(who)
            await self._app(scope, receive, send)
        else:
            headers["WWW-Authenticate"] = 'Basic realm="IMAGIN E3C", charset="UTF-8"'
            await PlainTextResponse("Le mot de passe de l’exploitation.", 401, headers)(scope, receive, send)


def _credentials(header: str) -> tuple[str, str]:
    """User and password of HTTP Basic, empty where there are none."""
    scheme, _, given = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return user, password


async def serve(watch: Watch, settings: ConsoleSettings) -> None:
    """Until SIGTERM or Ctrl-C."""
    app = create_app(watch, settings)
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        proxy_headers=bool(settings.http_trusted_proxies),
        forwarded_allow_ips=settings.http_trusted_proxies,
        timeout_graceful_shutdown=10,
    )
    await uvicorn.Server(config).serve()
