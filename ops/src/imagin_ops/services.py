"""The four services as the command sees them: names, database, environment prefix."""

from dataclasses import dataclass


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
