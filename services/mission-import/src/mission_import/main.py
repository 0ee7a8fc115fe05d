"""Wiring of mission-import: the one file that knows all its parts."""

from datetime import UTC, datetime

from chassis.http import create_app
from chassis.service import Runtime, Service, run
from event_schemas.catalogue import EVENT_TYPES
from mission_import.handlers.inscriptions import ImportMissionsOnInscriptionsClosed
from mission_import.settings import Settings


def build(runtime: Runtime) -> Service:
    reader = ImportMissionsOnInscriptionsClosed(clock=lambda: datetime.now(UTC))  # noqa: TID251  # the clock's one place
    return Service(
        package="mission_import",
        app=create_app(runtime.settings, title="IMAG'IN — import des missions"),
        readers={"mission-import.inscriptions": reader},
        models={ce_type: event.model for ce_type, event in EVENT_TYPES.items()},
    )


def main() -> None:
    run(Settings(), build)


if __name__ == "__main__":
    main()
