"""SQL of the replay: the events of convocations as they stand, told again byte for byte at the same version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Connection
from chassis.outbox import Outgoing
from convocation.convocations.domain import Nature

_KEEP = """
UPDATE convocation c SET evenement = t.evenement
FROM unnest($1::uuid[], $2::int[], $3::bytea[]) AS t (convocation_id, version, evenement)
WHERE c.convocation_id = t.convocation_id AND c.version = t.version
"""
_CHOSEN = """
SELECT c.convocation_id, c.version, c.nature, c.evenement, v.le
FROM convocation c JOIN mission m USING (mission_id)
JOIN convocation_version v ON v.convocation_id = c.convocation_id AND v.version = c.version
WHERE c.convocation_id > $1 AND ($2::uuid IS NULL OR c.mission_id = $2) AND ($3::text IS NULL OR m.uai = $3)
  AND ($4::text IS NULL OR m.academie = $4) AND ($5::timestamptz IS NULL OR v.le >= $5)
ORDER BY c.convocation_id LIMIT $6
"""
_TELL = """
INSERT INTO outbox (topic, type, key, aggregate_id, version, payload)
SELECT $1, n.type, c.convocation_id::text, c.convocation_id, c.version, c.evenement
FROM (SELECT * FROM convocation WHERE convocation_id = ANY($2::uuid[]) ORDER BY convocation_id FOR UPDATE) c
JOIN unnest($3::text[], $4::text[]) AS n (nature, type) USING (nature)
WHERE c.evenement IS NOT NULL
ORDER BY c.convocation_id
"""
_FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Choix:
    """Which convocations; None leaves the choice open. `depuis`: whose present version is of then or later (aware)."""

    mission: UUID | None = None
    uai: str | None = None
    academie: str | None = None
    depuis: datetime | None = None


async def keep(connection: Connection, events: Sequence[Outgoing]) -> None:
    """Remember each convocation's event beside its present version."""
    columns = zip(*((one.aggregate_id, one.version, one.payload) for one in events), strict=True)
    await connection.execute(_KEEP, *map(list, columns))


async def page(connection: Connection, choix: Choix, after: UUID | None, size: int) -> list[Any]:
    """The next `size` of the chosen ones, in the order of their ids: id, version, nature, event, time."""
    chosen = (choix.mission, choix.uai, choix.academie, choix.depuis)
    return list(await connection.fetch(_CHOSEN, after or _FIRST, *chosen, size))


async def tell_again(
    connection: Connection, convocations: Sequence[UUID], topic: str, types: Mapping[Nature, str]
) -> int:
    """Their events into the outbox, their rows locked (D13); returns how many."""
    natures = [nature.value for nature in types]
    done: str = await connection.execute(_TELL, topic, convocations, natures, list(types.values()))
    return int(done.rpartition(" ")[2])
