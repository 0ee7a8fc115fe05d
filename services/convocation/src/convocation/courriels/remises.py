"""SQL of what was handed over on paper, because its mail failed or came back."""

from datetime import datetime
from uuid import UUID

from chassis.database import Connection

_CONFIRM = """
INSERT INTO remise (convocation_id, version, le, par) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""


async def confirm(connection: Connection, convocation_id: UUID, version: int, *, par: str, le: datetime) -> bool:
    """False when this version was confirmed before."""
    return bool(await connection.execute(_CONFIRM, convocation_id, version, le, par) == "INSERT 0 1")
