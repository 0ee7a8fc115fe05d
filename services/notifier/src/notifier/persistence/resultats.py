"""SQL of what became of each mail: engaged before SMTP, then sent, failed, come back, or to be tried again (D28)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from chassis.database import Connection, Row
from notifier.domain.notification import Etat
from notifier.persistence.notifications import Key, supersede

# Rows in their order, as readers lock them, where PostgreSQL seeks each of these few by its key. `|| ''`: else, where
# statistics are of an hour when nothing waited, it reads all that wait for each of these statements.
_ENGAGE = """
UPDATE notification n SET etat = 'SENDING', mail_id = k.mail_id, essais = essais + 1, changee_le = $5
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[]) AS k (convocation_id, version, jours, mail_id)
WHERE n.convocation_id = k.convocation_id AND n.version = k.version AND n.jours = k.jours
  AND (n.etat || '' = 'PENDING' OR n.etat || '' = 'SENDING' AND n.mail_id = k.mail_id)
RETURNING n.mail_id
"""
_FINISH = """
UPDATE notification n SET etat = k.etat, motif = k.motif, pas_avant = k.pas_avant, changee_le = $8,
       envoyee_le = CASE WHEN k.etat = 'SENT' THEN $8 ELSE envoyee_le END,
       mail_id = CASE WHEN k.etat = 'PENDING' THEN NULL ELSE n.mail_id END
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[])
     AS k (convocation_id, version, jours, mail_id, etat, motif, pas_avant)
WHERE n.convocation_id = k.convocation_id AND n.version = k.version AND n.jours = k.jours
  AND n.mail_id = k.mail_id AND n.etat || '' = 'SENDING'
RETURNING n.convocation_id, n.version, n.jours, n.correlation_id, n.traceparent, n.etat, n.motif
"""
_CLOSE = """
UPDATE notification n SET etat = $4, motif = $5, changee_le = $6
FROM unnest($1::uuid[], $2::int[], $3::int[]) AS k (convocation_id, version, jours)
WHERE n.convocation_id = k.convocation_id AND n.version = k.version AND n.jours = k.jours
  AND n.etat || '' IN ('PENDING', 'SENDING')
RETURNING n.convocation_id, n.version, n.jours, n.correlation_id, n.traceparent
"""
_POSTPONE = """
UPDATE notification n SET pas_avant = $4, motif = $5, essais = essais + 1, changee_le = $6
FROM unnest($1::uuid[], $2::int[], $3::int[]) AS k (convocation_id, version, jours)
WHERE n.convocation_id = k.convocation_id AND n.version = k.version AND n.jours = k.jours
  AND n.etat || '' IN ('PENDING', 'SENDING')
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


class Finished(Told):
    """The same, with the result."""

    etat: str
    motif: str | None


class _Engaged(Row):
    mail_id: UUID


class Mail(NamedTuple):
    """A mail and its rows."""

    mail_id: UUID
    keys: Sequence[Key]


class Finish(NamedTuple):
    """What became of a mail. PENDING: to be told again, by whatever is true then; SENDING: the same mail again."""

    mail: Mail
    etat: Etat
    motif: str | None
    pas_avant: datetime


async def engage(connection: Connection, mails: Sequence[Mail], now: datetime) -> set[UUID]:
    """Which of them are now under way: of the others a row has changed meanwhile, and none is engaged."""
    if not mails:
        return set()
    rows = sorted((*key, mail.mail_id) for mail in mails for key in mail.keys)
    done = await connection.fetch(_ENGAGE, *map(list, zip(*rows, strict=True)), now, record_class=_Engaged)
    counts = Counter(row.mail_id for row in done)
    changed = [mail for mail in mails if counts[mail.mail_id] < len(mail.keys)]
    await finish(connection, [Finish(mail, Etat.PENDING, None, now) for mail in changed], now)
    return {mail.mail_id for mail in mails} - {mail.mail_id for mail in changed}


async def finish(connection: Connection, results: Sequence[Finish], now: datetime) -> list[Finished]:
    """Record them; returns the rows they were about."""
    if not results:
        return []
    fates = ((one.mail, (one.mail.mail_id, one.etat.value, one.motif, one.pas_avant)) for one in results)
    rows = sorted(((*key, *fate) for mail, fate in fates for key in mail.keys), key=itemgetter(0, 1, 2))
    done = await connection.fetch(_FINISH, *map(list, zip(*rows, strict=True)), now, record_class=Finished)
    again = [row.convocation_id for row in done if row.etat == Etat.PENDING.value]
    if again:  # a later version may have come while this one was under way
        await supersede(connection, again, now)
    return done


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
