"""SQL of the mails that convocation asks for itself, and of what was handed over on paper."""

from datetime import datetime
from uuid import UUID

from chassis.database import Connection

_NEXT = """
INSERT INTO courriel_demande (convocation_id, version) VALUES ($1, 1)
ON CONFLICT (convocation_id) DO UPDATE SET version = courriel_demande.version + 1 RETURNING version
"""
# Version and hash stay those of the failure: what the notifier tells next is newer.
_WAIT_AGAIN = """
UPDATE notification SET etat = 'EN_ATTENTE', motif = NULL
WHERE convocation_id = $1 AND convocation_version = $2 AND etat IN ('ECHOUEE', 'REVENUE')
"""
_CONFIRM_REMISE = """
INSERT INTO remise (convocation_id, version, le, par) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""


async def next_version(connection: Connection, convocation_id: UUID) -> int:
    """How many mails are asked for of this convocation with this one, its row locked."""
    return int(await connection.fetchval(_NEXT, convocation_id))


async def wait_again(connection: Connection, convocation_id: UUID, convocation_version: int) -> bool:
    """The mail of this version, which did not arrive, is waited for once more; False when it is already."""
    return bool(await connection.execute(_WAIT_AGAIN, convocation_id, convocation_version) == "UPDATE 1")


async def confirm_remise(connection: Connection, convocation_id: UUID, version: int, *, par: str, le: datetime) -> bool:
    """False when this version was confirmed before."""
    return bool(await connection.execute(_CONFIRM_REMISE, convocation_id, version, le, par) == "INSERT 0 1")
