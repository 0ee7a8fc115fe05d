"""SQL of the replay: rights as they stand, sent again at the same version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Connection, Row
from santorin_bridge.persistence import envois

_CHOSEN = """
SELECT h.convocation_id, h.version, h.etat, h.changed_at
FROM habilitation h, LATERAL (SELECT convert_from(h.etat, 'UTF8')::jsonb -> 'mission' AS mission) e
WHERE h.convocation_id > $1 AND ($2::uuid IS NULL OR h.mission_id = $2)
  AND ($3::text IS NULL OR e.mission ->> 'uai' = $3) AND ($4::text IS NULL OR e.mission ->> 'academie' = $4)
  AND ($5::timestamptz IS NULL OR h.changed_at >= $5)
ORDER BY h.convocation_id LIMIT $6
"""
# A state sent twice can only repeat (D19b). published_version and a_redire_le are for the release before.
_SEND_AGAIN = """
UPDATE habilitation SET envoi = $2, published_version = 0, convocation_le = NULL, a_redire_le = now()
WHERE convocation_id = ANY($1::uuid[])
"""
_FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Choix:
    """Which rights; None leaves the choice open. `depuis`: changed then or later (aware)."""

    mission: UUID | None = None
    uai: str | None = None
    academie: str | None = None
    depuis: datetime | None = None


class Choisi(Row):
    """A right with its body."""

    convocation_id: UUID
    version: int
    etat: bytes
    changed_at: datetime


async def page(connection: Connection, choix: Choix, after: UUID | None, size: int) -> list[Choisi]:
    """The next `size` of the chosen ones, in the order of their ids."""
    chosen = (choix.mission, choix.uai, choix.academie, choix.depuis)
    return await connection.fetch(_CHOSEN, after or _FIRST, *chosen, size, record_class=Choisi)


async def send_again(connection: Connection, convocations: Sequence[UUID]) -> int:
    """They are to publish again; returns how many."""
    async with connection.transaction():
        envoi = await envois.ouvrir(connection, len(convocations))
        done = await connection.execute(_SEND_AGAIN, list(convocations), envoi.id)
    return int(done.rpartition(" ")[2])
