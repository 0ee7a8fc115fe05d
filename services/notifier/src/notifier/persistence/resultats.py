"""SQL of what became of each mail: engaged before SMTP, then sent, failed, come back, or to be tried again (D28)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.database import Connection, Row
from notifier.domain.notification import Etat
from notifier.persistence.notifications import Key, supersede

_ENGAGE = """
UPDATE notification n SET etat = 'SENDING', mail_id = $1, essais = essais + 1, changee_le = $5
FROM unnest($2::uuid[], $3::int[], $4::int[]) AS k (convocation_id, version, jours)
WHERE n.convocation_id = k.convocation_id AND n.version = k.version AND n.jours = k.jours
  AND (n.etat = 'PENDING' OR n.etat = 'SENDING' AND n.mail_id = $1)
"""
_FINISH = """
UPDATE notification SET etat = $2, motif = $3, pas_avant = $4, changee_le = $5,
       envoyee_le = CASE WHEN $2 = 'SENT' THEN $5 ELSE envoyee_le END,
       mail_id = CASE WHEN $2 = 'PENDING' THEN NULL ELSE mail_id END
WHERE mail_id = $1 AND etat = 'SENDING' RETURNING convocation_id, version, jours, correlation_id, traceparent
"""
_CLOSE = """
UPDATE notification n SET etat = $4, motif = $5, changee_le = $6
FROM unnest($1::uuid[], $2::int[], $3::int[]) AS k (convocation_id, version, jours)
WHERE n.convocation_id = k.convocation_id AND n.version = k.version AND n.jours = k.jours
  AND n.etat IN ('PENDING', 'SENDING')
RETURNING n.convocation_id, n.version, n.jours, n.correlation_id, n.traceparent
"""
_POSTPONE = """
UPDATE notification n SET pas_avant = $4, motif = $5, essais = essais + 1, changee_le = $6
FROM unnest($1::uuid[], $2::int[], $3::int[]) AS k (convocation_id, version, jours)
WHERE n.convocation_id = k.convocation_id AND n.version = k.version AND n.jours = k.jours
  AND n.etat IN ('PENDING', 'SENDING')
"""
# A mail of uncertain fate that comes back was taken. What a later version has told since is not told again.
_BOUNCE = """
UPDATE notification n SET etat = 'BOUNCED', motif = $2, changee_le = $3
WHERE n.mail_id = $1 AND n.etat IN ('SENT', 'SENDING')
RETURNING n.convocation_id, n.version, n.jours, n.correlation_id, n.traceparent,
          EXISTS (SELECT FROM notification h WHERE h.convocation_id = n.convocation_id AND h.jours = 0
                  AND h.version > n.version AND h.etat IN ('SENDING', 'SENT', 'FAILED', 'BOUNCED')) AS depassee
"""
_NEXT_REPORT = """
INSERT INTO compte_rendu (convocation_id, version) SELECT id, 1 FROM unnest($1::uuid[]) AS t (id) ORDER BY id
ON CONFLICT (convocation_id) DO UPDATE SET version = compte_rendu.version + 1
RETURNING convocation_id, version
"""


class Told(Row):
    """A row whose mail has a result."""

    convocation_id: UUID
    version: int
    jours: int
    correlation_id: str | None
    traceparent: str | None


class _Bounced(Told):
    depassee: bool


class _Report(Row):
    convocation_id: UUID
    version: int


class Finish(NamedTuple):
    """What became of a mail. PENDING: to be told again, by whatever is true then; SENDING: the same mail again."""

    mail_id: UUID
    etat: Etat
    motif: str | None
    pas_avant: datetime


async def engage(connection: Connection, mail_id: UUID, keys: Sequence[Key], now: datetime) -> bool:
    """These rows are now under way as `mail_id`. False, and the caller rolls back, when one has changed meanwhile."""
    done = await connection.execute(_ENGAGE, mail_id, *map(list, zip(*keys, strict=True)), now)
    return done == f"UPDATE {len(keys)}"


async def finish(connection: Connection, result: Finish, now: datetime) -> list[Told]:
    """Record it; returns the rows it was about."""
    fate = (result.mail_id, result.etat.value, result.motif, result.pas_avant)
    rows = await connection.fetch(_FINISH, *fate, now, record_class=Told)
    if result.etat is Etat.PENDING:  # a later version may have come while this one was under way
        await supersede(connection, [row.convocation_id for row in rows], now)
    return rows


async def close(
    connection: Connection, keys: Sequence[Key], etat: Etat, motif: str | None, now: datetime
) -> list[Told]:
    """These rows end without a mail; returns those that did."""
    columns = map(list, zip(*keys, strict=True))
    return await connection.fetch(_CLOSE, *columns, etat.value, motif, now, record_class=Told)


async def postpone(connection: Connection, keys: Sequence[Key], pas_avant: datetime, motif: str, now: datetime) -> None:
    """These rows stay as they are until later."""
    await connection.execute(_POSTPONE, *map(list, zip(*keys, strict=True)), pas_avant, motif, now)


async def bounce(connection: Connection, mail_id: UUID, motif: str, now: datetime) -> list[Told]:
    """The mail came back; returns the rows nothing later was told after. Twice has no second effect."""
    rows = await connection.fetch(_BOUNCE, mail_id, motif, now, record_class=_Bounced)
    return [row for row in rows if not row.depassee]


async def next_reports(connection: Connection, convocations: Sequence[UUID]) -> dict[UUID, int]:
    """The next own version of what is told about each convocation, its row locked."""
    rows = await connection.fetch(_NEXT_REPORT, sorted(set(convocations)), record_class=_Report)
    return {row.convocation_id: row.version for row in rows}
