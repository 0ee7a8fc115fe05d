"""Wiring of santorin-bridge: the one file that knows all its parts."""

import math
from datetime import UTC, datetime, timedelta
from functools import partial

from fastapi import Depends

from acces import openapi, securite
from acces.acteur import Acteur, Role
from acces.debit import Debit
from acces.http import create_app, publish_keys
from chassis import dead_letters
from chassis.cloudevents import schemas_at
from chassis.database import own_session
from chassis.freshness import Freshness
from chassis.periodic import periodically
from chassis.service import Runtime, Service, run
from event_schemas.catalogue import CONVOCATION, EVENT_TYPES
from santorin_bridge.gateways.convocation import ConvocationGateway
from santorin_bridge.handlers.accuses import TellAccesOnAccuse
from santorin_bridge.handlers.convocations import GrantOrRevokeOnConvocationEvents
from santorin_bridge.metrics import AS_OF_AGE_SECONDS
from santorin_bridge.persistence.conservation import CONSERVATION
from santorin_bridge.persistence.reconciliation import GROUP
from santorin_bridge.publishing import DirtyHabilitations, ErasedHabilitations
from santorin_bridge.settings import Settings
from santorin_bridge.use_cases.observe import measure_silence, observe_differences
from santorin_bridge.use_cases.reconcile import Sources
from santorin_bridge.web import contrat, jetons, limites, routes
from santorin_bridge.web.application import Application

_TOKEN_HOURS = 0.1
_SILENCE_SECONDS = 30.0


def build(runtime: Runtime) -> Service:
    settings, pool = runtime.settings, runtime.pool
    assert isinstance(settings, Settings)
    securite.configure(settings.service_name, settings.security_log_file)
    app = create_app(title="IMAG'IN — habilitations SANTORIN")
    app.include_router(routes.router, dependencies=[Depends(limites.limit_acteur)])
    jetons.add_to(app, settings)
    openapi.publish(app, "santorin_bridge", settings.documentation_url, **contrat.more())
    publish_keys(app, settings.signer)

    async def whole() -> bool:
        return not await dead_letters.any_deleted(pool, GROUP)

    freshness = Freshness(settings.kafka_connection, topic=CONVOCATION, group=GROUP, clock=_clock, whole=whole)
    app.state.application = _application(runtime, settings, freshness)
    AS_OF_AGE_SECONDS.set_function(partial(_age_seconds, freshness))
    sources, settle = sources_of(settings), settings.reconcile_settle_seconds

    async def reconcile_once() -> None:
        async with own_session(pool) as connection:
            await observe_differences(connection, sources, settle_seconds=settle)

    async def measure_once() -> None:
        async with pool.acquire() as connection:
            await measure_silence(connection)

    return Service(
        package="santorin_bridge",
        app=app,
        readers={GROUP: GrantOrRevokeOnConvocationEvents(), "santorin-bridge.accuse": TellAccesOnAccuse()},
        models={ce_type: event.model for ce_type, event in EVENT_TYPES.items()},
        relay_sources=[DirtyHabilitations(schemas_at(settings.documentation_url)), ErasedHabilitations()],
        learning=lambda: freshness.as_of is None,  # it would answer 503, and another process may know
        loops=[
            freshness.watch,
            partial(periodically, settings.reconcile_minutes * 60, "reconciliation", reconcile_once),
            partial(periodically, _SILENCE_SECONDS, "silence", measure_once),
            CONSERVATION.purging(pool, settings, _clock),
        ],
    )


def _application(runtime: Runtime, settings: Settings, freshness: Freshness) -> Application:
    return Application(
        pool=runtime.pool,
        clock=_clock,
        wake_relay=runtime.relay.wake,
        documentation_url=settings.documentation_url,
        issuers=settings.believed(),
        signs=settings.signs,
        freshness=freshness,
        stale_after=timedelta(seconds=settings.stale_after_seconds),
        clients=settings.clients,
        token_seconds=settings.token_seconds,
        debit_api=Debit(per_second=settings.api_requests_per_second, burst=settings.api_requests_burst),
        debit_jetons=Debit(per_second=settings.token_requests_per_second, burst=settings.token_requests_burst),
    )


def sources_of(settings: Settings) -> Sources:
    """The two sides outside the database, which a reconciliation asks."""
    signs = settings.signs

    def token() -> str:
        return signs.mint(
            Acteur("santorin-bridge", Role.PONT), audience="convocation", now=_clock(), hours=_TOKEN_HOURS
        )

    return Sources(ConvocationGateway(settings.convocation_url, token).etats, settings.kafka_connection)


def _clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # the clock's one place


def _age_seconds(freshness: Freshness) -> float:
    return (_clock() - freshness.as_of).total_seconds() if freshness.as_of else math.inf


def main() -> None:
    run(Settings, build)
