"""SQL of the mails that convocation asks for itself, and of what was handed over on paper."""

from datetime import datetime
from uuid import UUID

from chassis.database import Connection

_NEXT = """
INSERT INTO courriel_demande (convocation_id, version) VALUES ($1, 1)
ON CONFLICT (convocation_id) DO UPDATE SET version = courriel_demande.version + 1 RETURNING version
"""
_CONFIRM_REMISE = """
INSERT INTO remise (convocation_id, version, le, par) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""


async def next_version(connection: Connection, convocation_id: UUID) -> int:
    """How many mails are asked for of this convocation with this one, its row locked."""
    return int(await connection.fetchval(_NEXT, convocation_id))


async def confirm_remise(connection: Connection, convocation_id: UUID, version: int, *, par: str, le: datetime) -> bool:
    """False when this version was confirmed before."""
    return bool(await connection.execute(_CONFIRM_REMISE, convocation_id, version, le, par) == "INSERT 0 1")
