"""SQL of the answers: those that a restored database does not know to have told."""

from collections.abc import Sequence
from uuid import UUID

from chassis.database import Connection, Row
from event_schemas.catalogue import REPONSE

_TOLD = "SELECT reponse_id, version FROM reponse_dite WHERE reponse_id = ANY($1::uuid[])"
_TAKE = f"""
INSERT INTO reponse_dite SELECT id, version FROM vu WHERE topic = '{REPONSE}'
ON CONFLICT (reponse_id) DO UPDATE SET version = greatest(reponse_dite.version, excluded.version)
"""


class _Told(Row):
    reponse_id: UUID
    version: int


async def told(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, int]:
    """The version last told before a restoration, of those that have one."""
    return {row.reponse_id: row.version for row in await connection.fetch(_TOLD, ids, record_class=_Told)}


async def take(connection: Connection) -> None:
    """Of a restored database: what the topic has told, as `vu` says."""
    await connection.execute(_TAKE)
