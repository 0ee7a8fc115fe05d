"""What is over at a moment, and where something of a person stands, in this service's tables.

A right that is deleted leaves its id in `habilitation_effacee` until the topic has its tombstone (migration 0160).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from acces.conservation import COMMUNS, Conservation, lignes
from acces.personnes import Lieu
from chassis.database import Connection, Row
from chassis.waiting import Waiting

GENRES = (
    *COMMUNS,
    lignes(
        "rights",
        "habilitation",
        "changed_at < $1 AND NOT EXISTS (SELECT FROM envoi e WHERE e.id = habilitation.envoi AND e.publie_le IS NULL)",
    ),
    lignes("rights", "envoi", "publie_le < $1 AND NOT EXISTS (SELECT FROM habilitation h WHERE h.envoi = envoi.id)"),
    lignes(
        "rights",
        "accuse",
        "recu_le < $1 AND NOT EXISTS (SELECT FROM habilitation h WHERE h.convocation_id = accuse.convocation_id)",
    ),
)
# What is told beside a right that waits would be read after her erasure: until then it counts as not read.
LUES = """
SELECT h.convocation_id, CASE WHEN e.id IS NULL THEN h.convocation_version ELSE 0 END AS version
FROM habilitation h LEFT JOIN envoi e ON e.id = h.envoi AND e.publie_le IS NULL
"""
LIEUX = (
    Lieu("habilitation", "t.numero = ANY ($1)"),
    *(
        Lieu(table, "t.convocation_id = ANY ($1::text[]::uuid[])", "convocations")
        for table in ("habilitation", "accuse")
    ),
)
CONSERVATION = Conservation(GENRES, LIEUX, LUES)
# A convocation told again meanwhile has a right again, and that is what SANTORIN is to read.
_ERASED = """
SELECT e.convocation_id, e.le FROM habilitation_effacee e
WHERE NOT EXISTS (SELECT FROM habilitation h WHERE h.convocation_id = e.convocation_id) ORDER BY e.le LIMIT $1
"""
_SENT = """
DELETE FROM habilitation_effacee e WHERE convocation_id = ANY ($1::uuid[])
OR EXISTS (SELECT FROM habilitation h WHERE h.convocation_id = e.convocation_id)
"""
_WAITING = """
SELECT $1::text AS topic, count(*) AS pending, extract(epoch FROM now() - min(le))::float8 AS oldest_seconds
FROM habilitation_effacee HAVING count(*) > 0
"""


class Effacee(Row):
    """A right whose last word on the topic is still to be taken back."""

    convocation_id: UUID
    le: datetime


async def erased(connection: Connection, limit: int) -> list[Effacee]:
    """Those that wait the longest."""
    return await connection.fetch(_ERASED, limit, record_class=Effacee)


async def sent(connection: Connection, ids: Sequence[UUID]) -> None:
    """Their tombstones are on the topic; also what has a right again is no longer to be taken back."""
    await connection.execute(_SENT, list(ids))


async def waiting(connection: Connection, topic: str) -> list[Waiting]:
    """How many wait, and for how long."""
    return await connection.fetch(_WAITING, topic, record_class=Waiting)
