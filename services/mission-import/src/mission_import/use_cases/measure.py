"""What became of closings that are not applied, for dashboards and alerts."""

from chassis.database import Connection
from event_schemas.academies import label
from mission_import.metrics import A_VALIDER_AGE_SECONDS, CLOTURES
from mission_import.persistence import revues


async def measure_closings(connection: Connection) -> None:
    """How many wait for somebody and how many were refused, by académie, and since when the oldest waits."""
    found = await revues.suspended(connection)
    CLOTURES.clear()
    for one in found:
        CLOTURES.labels(label(one.academie), one.etat).inc(one.clotures)
    A_VALIDER_AGE_SECONDS.set(max((one.age_seconds for one in found if one.etat == "A_VALIDER"), default=0.0))
