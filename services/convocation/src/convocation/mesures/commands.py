"""What each académie has open and has convoked, for dashboards and alerts."""

from datetime import datetime

from chassis.database import Connection
from convocation.mesures import sql
from convocation.metrics import CONVOCATIONS, ETABLISSEMENTS
from event_schemas.academies import label


async def measure(connection: Connection, now: datetime) -> None:
    """Count, and set the metrics."""
    found = await sql.mesures(connection, now)
    CONVOCATIONS.clear()
    ETABLISSEMENTS.clear()
    for one in found:
        place = label(one.academie)
        CONVOCATIONS.labels(place, "ACTIVE").inc(one.actives)
        CONVOCATIONS.labels(place, "CANCELLED").inc(one.annulees)
        ETABLISSEMENTS.labels(place, "ouvert").inc(one.ouverts)
        ETABLISSEMENTS.labels(place, "ferme").inc(one.etablissements - one.ouverts)
