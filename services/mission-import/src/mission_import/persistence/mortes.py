"""SQL of what has no effect: closings that cannot be applied, and those that were refused."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.database import Connection, Row
from mission_import.domain.reponse import Reponse

_SAVE = """
INSERT INTO cloture_morte (reponse_id, academie, uai, session, revision, raisons, topic_partition, topic_offset,
                           topic_rang)
VALUES ($1, coalesce((SELECT c.academie FROM cloture c WHERE c.uai = $3 ORDER BY c.session DESC LIMIT 1), $2),
        $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING
"""
# What came later for the établissement takes its place; of a closing that could be read, a higher revision. A batch has
# one time: within it, what stands later on the topic.
_DEAD = """
SELECT m.academie, m.uai, m.session, m.revision, m.raisons, m.topic_partition, m.topic_offset, m.topic_rang, m.recue_le,
       (SELECT r.etablissement FROM cloture_recue r WHERE r.uai = m.uai
        ORDER BY r.recue_le DESC LIMIT 1) AS etablissement
FROM cloture_morte m
WHERE ($1::text[] IS NULL OR m.academie = ANY($1))
  AND NOT EXISTS (SELECT FROM cloture_recue r
                  WHERE r.uai = m.uai AND r.recue_le >= m.recue_le
                  AND (r.recue_le > m.recue_le OR r.topic_partition = m.topic_partition
                       AND (r.topic_offset, r.topic_rang) > (m.topic_offset, m.topic_rang))
                  AND (m.session IS NULL OR r.session = m.session) AND r.revision >= coalesce(m.revision, 0))
ORDER BY m.recue_le DESC, m.topic_offset DESC, m.topic_rang LIMIT $2
"""
_REFUSED = """
SELECT r.academie, r.uai, r.session, r.revision, r.etablissement, coalesce(r.motif, '') AS motif, r.recue_le
FROM cloture_recue r JOIN cloture c USING (cloture, revision)
WHERE r.etat = 'REFUSEE' AND ($1::text[] IS NULL OR r.academie = ANY($1))
ORDER BY r.recue_le DESC, r.cloture LIMIT $2
"""


class Morte(Row):
    """A closing that cannot be applied; what could not be read of it is None. `etablissement`: as others name it."""

    academie: str | None
    uai: str | None
    session: str | None
    revision: int | None
    raisons: list[str]
    topic_partition: int
    topic_offset: int
    topic_rang: int
    recue_le: datetime
    etablissement: str | None


class Refusee(Row):
    """The present revision of a closing, which was refused."""

    academie: str
    uai: str
    session: str
    revision: int
    etablissement: str
    motif: str
    recue_le: datetime


async def save(connection: Connection, rows: Sequence[tuple[UUID, Reponse, str | None]]) -> None:
    """Keep them for the académie of their établissement, by its closings, else as given."""
    values = [
        (id_, academie, one.uai, one.session, one.revision, list(one.raisons), *(one.place or (0, 0, 0)))
        for id_, one, academie in rows
    ]
    await connection.executemany(_SAVE, values)


async def dead(connection: Connection, academies: list[str] | None, most: int) -> list[Morte]:
    """The latest that nothing has replaced; `academies` None: all."""
    return await connection.fetch(_DEAD, academies, most, record_class=Morte)


async def refused(connection: Connection, academies: list[str] | None, most: int) -> list[Refusee]:
    """The latest closings whose present revision is refused; `academies` None: all."""
    return await connection.fetch(_REFUSED, academies, most, record_class=Refusee)
