"""Wiring of mission-import: the one file that knows all its parts."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import FastAPI

from acces import openapi, sceaux, securite
from acces.http import create_app
from acces.session import RemoteSessions
from chassis.consumer import Reader
from chassis.periodic import periodically
from chassis.service import Runtime, Service, run
from event_schemas.catalogue import EVENT_TYPES
from mission_import.handlers.convocations import CountConvokedOnConvocationEvents
from mission_import.handlers.inscriptions import ImportMissionsOnInscriptionsClosed
from mission_import.persistence.conservation import CONSERVATION
from mission_import.settings import Settings
from mission_import.use_cases.measure import measure_closings
from mission_import.web import pages, refusals, routes_essai, routes_fichier, routes_imports
from mission_import.web.application import Application, Debits
from mission_import.web.pages import sessions
from pages import Pages, saisie

_GAUGES_SECONDS = 30.0


def build(runtime: Runtime) -> Service:
    settings = runtime.settings
    assert isinstance(settings, Settings)
    app, made = routes(settings)
    app.state.application = application(runtime, settings, made)
    return Service(
        package="mission_import",
        app=app,
        readers=readers(),
        models={ce_type: event.model for ce_type, event in EVENT_TYPES.items()},
        loops=_loops(runtime, settings),
    )


def routes(settings: Settings) -> tuple[FastAPI, Pages]:
    """All that can be asked; what answers it is `app.state.application`, which the caller sets."""
    app = create_app(title="IMAG'IN — import des missions")
    refusals.add_to(app)
    saisie.add_to(app)
    routes_fichier.add_to(app)
    routes_essai.add_to(app)
    routes_imports.add_to(app)
    openapi.publish(app, "mission_import", settings.documentation_url)
    return app, pages.add_to(app, settings)


def application(runtime: Runtime, settings: Settings, made: Pages) -> Application:
    securite.configure(settings.service_name, settings.security_log_file)
    return Application(
        pool=runtime.pool,
        clock=_clock,
        wake_relay=runtime.relay.wake,
        documentation_url=settings.documentation_url,
        issuers=settings.believed(),
        pages=made,
        sign_in=sessions.to_sign_in,
        sessions=_sessions(settings),
        convocation_url=settings.convocation_url,
        debits=Debits.of(settings),
        public_url=settings.public_url or "",
    )


def readers() -> dict[str, Reader[Any]]:
    """By group."""
    return {
        "mission-import.inscriptions": ImportMissionsOnInscriptionsClosed(clock=_clock),
        "mission-import.convocation": CountConvokedOnConvocationEvents(),
    }


def _loops(runtime: Runtime, settings: Settings) -> list[Callable[[], Awaitable[None]]]:
    """Closings are counted for the metrics, days of the audit sealed, and what is over is purged."""

    async def measure() -> None:
        async with runtime.pool.acquire() as connection:
            await measure_closings(connection)

    return [
        partial(periodically, _GAUGES_SECONDS, "closings", measure),
        sceaux.sealing(runtime.pool, _clock),
        CONSERVATION.purging(runtime.pool, settings, _clock),
    ]


def _sessions(settings: Settings) -> RemoteSessions | None:
    """Nobody comes by a cookie where nobody said who keeps the sessions."""
    if settings.convocation_url is None:
        return None
    secure = (settings.public_url or "").startswith("https:")
    return RemoteSessions(settings.convocation_url, secure=secure)


def _clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # the clock's one place


def main() -> None:
    run(Settings, build)
