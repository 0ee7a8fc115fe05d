"""Wiring of santorin-bridge: the one file that knows all its parts."""

from fastapi import Depends

from chassis.http import create_app
from chassis.service import Runtime, Service, run
from event_schemas.catalogue import EVENT_TYPES
from santorin_bridge.handlers.accuses import TellAccesOnAccuse
from santorin_bridge.handlers.convocations import GrantOrRevokeOnConvocationEvents
from santorin_bridge.persistence.habilitations import DirtyHabilitations
from santorin_bridge.settings import Settings
from santorin_bridge.web import jetons, limites, routes


def build(runtime: Runtime) -> Service:
    settings = runtime.settings
    assert isinstance(settings, Settings)
    app = create_app(settings, title="IMAG'IN — habilitations SANTORIN")
    app.include_router(routes.router, dependencies=[Depends(limites.limit_acteur)])
    limites.add_to(app, settings)
    jetons.add_to(app, settings)
    app.state.pool = runtime.pool
    return Service(
        package="santorin_bridge",
        app=app,
        readers={
            "santorin-bridge.convocation": GrantOrRevokeOnConvocationEvents(),
            "santorin-bridge.accuse": TellAccesOnAccuse(),
        },
        models={ce_type: event.model for ce_type, event in EVENT_TYPES.items()},
        relay_sources=[DirtyHabilitations()],
    )


def main() -> None:
    run(Settings(), build)


if __name__ == "__main__":
    main()
