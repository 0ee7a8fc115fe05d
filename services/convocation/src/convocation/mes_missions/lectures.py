"""SQL of « J'ai pris connaissance »: one row a version that the person has read."""

from datetime import datetime
from uuid import UUID

from chassis.database import Connection

_ACKNOWLEDGE = """
INSERT INTO prise_de_connaissance (convocation_id, version, le) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""


async def acknowledge(connection: Connection, convocation_id: UUID, version: int, le: datetime) -> datetime:
    """When this version was read first."""
    await connection.execute(_ACKNOWLEDGE, convocation_id, version, le)
    query = "SELECT le FROM prise_de_connaissance WHERE convocation_id = $1 AND version = $2"
    first: datetime = await connection.fetchval(query, convocation_id, version)
    return first
