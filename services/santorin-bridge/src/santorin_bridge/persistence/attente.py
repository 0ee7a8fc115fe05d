"""SQL of what waits: rights for their topic, and SANTORIN's answers. `imagin status` imports nothing else of it."""

from datetime import datetime

from chassis.database import Connection, Row
from chassis.waiting import Waiting

_TOPIC = "imagin.public.habilitation.v1"  # the catalogue takes a command a tenth of a second to import
_WAITING = """
SELECT $1::text AS topic, sum(droits)::bigint AS pending,
       extract(epoch FROM now() - min(le))::float8 AS oldest_seconds
FROM (SELECT le, (SELECT count(*) FROM habilitation h WHERE h.envoi = e.id) AS droits  -- a join would read all rights
      FROM envoi e WHERE publie_le IS NULL) ouverts
HAVING sum(droits) > 0
"""
# No envoi: published before there were envois.
_SILENCE = """
SELECT count(*) FILTER (WHERE a.convocation_id IS NULL) AS attendus,
       coalesce(extract(epoch FROM now() - min(coalesce(e.publie_le, h.publiee_le))
                                           FILTER (WHERE a.convocation_id IS NULL)), 0)::float8 AS age_seconds,
       count(*) FILTER (WHERE a.decision = 'REFUSED') AS refusees,
       (SELECT max(recu_le) FROM accuse) AS dernier
FROM habilitation h
LEFT JOIN envoi e ON e.id = h.envoi
LEFT JOIN accuse a ON a.convocation_id = h.convocation_id AND a.habilitation_version = h.version
WHERE h.envoi IS NULL OR e.publie_le IS NOT NULL
"""


class Silence(Row):
    """`attendus`: rights SANTORIN can read and has not answered, the oldest since `age_seconds`; `refusees`: refused.

    `dernier`: when its last answer came, None where there was none.
    """

    attendus: int
    age_seconds: float
    refusees: int
    dernier: datetime | None


async def rights(connection: Connection) -> list[Waiting]:
    """How many rights are to publish on their topic, and since when; nothing where there is none."""
    return await connection.fetch(_WAITING, _TOPIC, record_class=Waiting)


async def silence(connection: Connection) -> Silence:
    """What SANTORIN has not answered, and what it refuses."""
    row = await connection.fetchrow(_SILENCE, record_class=Silence)
    assert row is not None
    return row
