"""SQL of the notifications: the guard, the queue and its outcomes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from chassis.cloudevents import Event
from chassis.consumer import Known
from chassis.database import Connection, copy_new
from notifier.domain.notification import Etat

_KNOWN = """
SELECT n.convocation_id, n.version, n.hash FROM notification n
WHERE n.convocation_id = ANY($1::uuid[]) ORDER BY n.convocation_id, n.version FOR UPDATE
"""
_COLUMNS = ("convocation_id", "version", "hash", "nature", "correlation_id")
_SUPERSEDE = """
UPDATE notification n SET etat = 'PERIMEE', changee_le = now()
WHERE n.convocation_id = ANY($1::uuid[]) AND n.etat = 'EN_ATTENTE'
  AND EXISTS (SELECT FROM notification h WHERE h.convocation_id = n.convocation_id AND h.version > n.version)
"""
_NOTHING_TO_CANCEL = """
UPDATE notification n SET etat = 'SANS_OBJET', changee_le = now()
WHERE n.convocation_id = ANY($1::uuid[]) AND n.etat = 'EN_ATTENTE' AND n.nature = 'ANNULATION'
  AND coalesce((SELECT t.nature FROM notification t
                WHERE t.convocation_id = n.convocation_id AND t.etat IN ('EN_COURS', 'ENVOYEE')
                ORDER BY t.version DESC LIMIT 1), 'ANNULATION') = 'ANNULATION'
"""
_CLAIM = """
UPDATE notification n SET etat = 'EN_COURS', essais = essais + 1, changee_le = now()
FROM (SELECT convocation_id, version FROM notification
      WHERE etat = 'EN_ATTENTE' AND pas_avant <= now() ORDER BY recue_le LIMIT $1 FOR UPDATE) AS next
WHERE n.convocation_id = next.convocation_id AND n.version = next.version
RETURNING n.convocation_id, n.version, n.essais, n.recue_le, n.correlation_id
"""
_FINISH = """
UPDATE notification n SET etat = o.etat, motif = o.motif, changee_le = now(),
       pas_avant = now() + make_interval(secs => o.pause)
FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::float8[])
     AS o (convocation_id, version, etat, motif, pause)
WHERE n.convocation_id = o.convocation_id AND n.version = o.version
"""
_NEXT_REPORT = """
INSERT INTO compte_rendu (convocation_id, version) SELECT id, 1 FROM unnest($1::uuid[]) AS t (id) ORDER BY id
ON CONFLICT (convocation_id) DO UPDATE SET version = compte_rendu.version + 1
RETURNING convocation_id, version
"""


class Claimed(NamedTuple):
    """A mail to send now; `attempt` counts from 1."""

    convocation_id: UUID
    version: int
    attempt: int
    received_at: datetime
    correlation_id: str | None


class Outcome(NamedTuple):
    """What became of a claimed mail; EN_ATTENTE: try again after `pause_seconds`."""

    claimed: Claimed
    etat: Etat
    motif: str | None = None
    pause_seconds: float = 0.0


async def known(connection: Connection, convocations: list[str]) -> dict[str, Known]:
    """The highest version held of each convocation, its rows locked."""
    rows = await connection.fetch(_KNOWN, convocations)
    return {str(row["convocation_id"]): Known(row["version"], row["hash"]) for row in rows}


async def add(connection: Connection, events: Sequence[tuple[Event, str]]) -> None:
    """One row a version, with its nature; what it supersedes or makes pointless is marked so."""
    ids = [event.aggregate for event, _ in events]
    rows = [(event.aggregate, event.version, event.hash, nature, event.correlation_id) for event, nature in events]
    await copy_new(connection, "notification", _COLUMNS, rows)
    await connection.execute(_SUPERSEDE, ids)
    await connection.execute(_NOTHING_TO_CANCEL, ids)


async def release(connection: Connection) -> None:
    """What a sender that died left under way is to be sent again, with the same Message-ID (D28)."""
    await connection.execute("UPDATE notification SET etat = 'EN_ATTENTE' WHERE etat = 'EN_COURS'")


async def claim(connection: Connection, limit: int) -> list[Claimed]:
    """Take the oldest mails that are due; committed before anything is sent."""
    return [Claimed(*row) for row in await connection.fetch(_CLAIM, limit)]


async def finish(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    """Record what became of claimed mails."""
    columns = zip(
        *(
            (one.claimed.convocation_id, one.claimed.version, one.etat.value, one.motif, one.pause_seconds)
            for one in outcomes
        ),
        strict=True,
    )
    await connection.execute(_FINISH, *map(list, columns))


async def next_reports(connection: Connection, convocations: Sequence[UUID]) -> dict[UUID, int]:
    """The next own version of what is told about each convocation, its row locked."""
    rows: list[Any] = await connection.fetch(_NEXT_REPORT, sorted(set(convocations)))
    return {row["convocation_id"]: row["version"] for row in rows}
