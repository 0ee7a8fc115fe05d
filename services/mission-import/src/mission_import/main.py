"""Wiring of mission-import: the one file that knows all its parts."""

from datetime import UTC, datetime

from acces.http import create_app
from chassis.service import Runtime, Service, run
from event_schemas.catalogue import EVENT_TYPES
from mission_import.handlers.convocations import CountConvokedOnConvocationEvents
from mission_import.handlers.inscriptions import ImportMissionsOnInscriptionsClosed
from mission_import.settings import Settings
from mission_import.web import pages, routes_fichier, routes_imports


def build(runtime: Runtime) -> Service:
    settings = runtime.settings
    assert isinstance(settings, Settings)
    app = create_app(settings, title="IMAG'IN — import des missions")
    routes_fichier.add_to(app)
    routes_imports.add_to(app)
    pages.add_to(app, settings)
    app.state.pool = runtime.pool
    app.state.wake_relay = runtime.relay.wake
    app.state.clock = lambda: datetime.now(UTC)  # noqa: TID251  # the clock's one place
    return Service(
        package="mission_import",
        app=app,
        readers={
            "mission-import.inscriptions": ImportMissionsOnInscriptionsClosed(clock=app.state.clock),
            "mission-import.convocation": CountConvokedOnConvocationEvents(),
        },
        models={ce_type: event.model for ce_type, event in EVENT_TYPES.items()},
    )


def main() -> None:
    run(Settings(), build)


if __name__ == "__main__":
    main()
