"""The four services as the command sees them: names, database, environment prefix."""

from dataclasses import dataclass

from imagin_ops.output import fail


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """Folder = distribution = script = `name`; package, database and app role = `package`."""

    name: str

    @property
    def package(self) -> str:
        return self.name.replace("-", "_")

    @property
    def prefix(self) -> str:
        return f"{self.package.upper()}_"


MISSION_IMPORT = ServiceSpec("mission-import")
CONVOCATION = ServiceSpec("convocation")
SANTORIN_BRIDGE = ServiceSpec("santorin-bridge")
NOTIFIER = ServiceSpec("notifier")
SERVICES = (MISSION_IMPORT, CONVOCATION, SANTORIN_BRIDGE, NOTIFIER)


def chosen(name: str | None) -> tuple[ServiceSpec, ...]:
    """The service of that name, all of them without one; exits with 2 where there is no such service."""
    found = tuple(service for service in SERVICES if name in {None, service.name})
    if not found:
        fail(f"service inconnu : {name} (attendu : {', '.join(one.name for one in SERVICES)})", code=2)
    return found
