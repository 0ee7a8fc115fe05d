"""Wiring of convocation: the one file that knows all its parts."""

from datetime import UTC, datetime

from chassis.http import create_app
from chassis.service import Runtime, Service, run
from convocation.handlers.missions import RecordMissionsOnMissionEvents
from convocation.settings import Settings
from convocation.web import refusals, routes_administration, routes_convocations, routes_envois, routes_missions
from event_schemas.catalogue import EVENT_TYPES


def build(runtime: Runtime) -> Service:
    app = create_app(runtime.settings, title="IMAG'IN — convocation")
    for routes in (routes_missions, routes_convocations, routes_administration, routes_envois):
        app.include_router(routes.router)
    refusals.add_to(app)
    app.state.pool = runtime.pool
    app.state.wake_relay = runtime.relay.wake
    app.state.clock = lambda: datetime.now(UTC)  # noqa: TID251  # the clock's one place
    return Service(
        package="convocation",
        app=app,
        readers={"convocation.mission": RecordMissionsOnMissionEvents()},
        models={ce_type: event.model for ce_type, event in EVENT_TYPES.items()},
    )


def main() -> None:
    run(Settings(), build)


if __name__ == "__main__":
    main()
