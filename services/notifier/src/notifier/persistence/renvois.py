"""SQL of mails that are asked for again."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from chassis.cloudevents import Event
from chassis.consumer import Known
from chassis.database import Connection, copy_new, update_all
from notifier.persistence.notifications import supersede

_KNOWN = """
SELECT convocation_id, version, hash FROM renvoi WHERE convocation_id = ANY($1::uuid[])
ORDER BY convocation_id FOR UPDATE
"""
_COLUMNS = ("convocation_id", "version", "hash")
_CHANGE = """
UPDATE renvoi r SET version = t.version, hash = t.hash
FROM unnest($1::uuid[], $2::int[], $3::text[]) AS t (convocation_id, version, hash)
WHERE r.convocation_id = t.convocation_id AND r.version < t.version
"""
# As if it came now: five days of patience, and the date that the mail bears, begin again.
_RESTART = """
UPDATE notification n SET etat = 'PENDING', motif = NULL, mail_id = NULL, essais = 0, recue_le = $3, changee_le = $3,
       pas_avant = $4
FROM unnest($1::uuid[], $2::int[]) AS k (convocation_id, version)
WHERE n.convocation_id = k.convocation_id AND n.version = k.version AND n.jours = 0 AND n.etat IN ('FAILED', 'BOUNCED')
"""


async def known(connection: Connection, convocations: list[str]) -> dict[str, Known]:
    """The last request held of each convocation, its row locked."""
    rows = await connection.fetch(_KNOWN, convocations)
    return {str(row["convocation_id"]): Known(row["version"], row["hash"]) for row in rows}


async def save(connection: Connection, events: Sequence[Event], held: Collection[str]) -> None:
    """The guard's rows; `held`: those there are. Raises ConcurrentWrite."""
    rows = {event.aggregate: (UUID(event.aggregate), event.version, event.hash) for event in events}
    await copy_new(connection, "renvoi", _COLUMNS, [row for key, row in rows.items() if key not in held])
    await update_all(connection, _CHANGE, [row for key, row in rows.items() if key in held])


async def restart(
    connection: Connection, wanted: Sequence[tuple[UUID, int]], now: datetime, pas_avant: datetime
) -> None:
    """(convocation, version) whose mail failed or came back waits to go out again, unless a later version does."""
    convocations, versions = map(list, zip(*wanted, strict=True))
    await connection.execute(_RESTART, convocations, versions, now, pas_avant)
    await supersede(connection, convocations, now)
