"""SQL of the reminders that an établissement sends."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.database import Connection, Row

# Once a day: two secretaries, or two clicks, send one.
_REMIND = """
INSERT INTO relance (convocation_id, le)
SELECT c.convocation_id, $2 FROM convocation c
JOIN notification n USING (convocation_id)
WHERE c.convocation_id = ANY($1::uuid[]) AND c.status = 'ACTIVE'
  AND n.convocation_version = c.version AND n.etat = 'ENVOYEE'
  AND NOT EXISTS (SELECT FROM prise_de_connaissance p
                  WHERE p.convocation_id = c.convocation_id AND p.version = c.version)
ORDER BY c.convocation_id
ON CONFLICT (convocation_id) DO UPDATE SET le = excluded.le WHERE relance.le < excluded.le - interval '1 day'
RETURNING convocation_id
"""


class Relancee(Row):
    """Whose reminder is due."""

    convocation_id: UUID


async def remind(connection: Connection, convocations: Sequence[UUID], now: datetime) -> list[UUID]:
    """Note a reminder of those that were told, have not been read, and had none for a day; returns them."""
    rows = await connection.fetch(_REMIND, convocations, now, record_class=Relancee)
    return [row.convocation_id for row in rows]
