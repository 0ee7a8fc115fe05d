"""The outbox: rows written in the transaction of the change they tell (D12), sent by the relay, then deleted.

Lock the aggregate's row first, append after, in the same transaction: `seq` is then commit order per key (D13).

Where the relay runs in the process that writes many rows, it does not read them back: it looks which are committed, and
finds these in memory by the number that they bear (docs/decisions/0066).
"""

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.cloudevents import Cause, encode, event_id
from chassis.database import Connection, Row
from chassis.handing import Handed
from chassis.tracing import current_cause
from chassis.waiting import Waiting, waiting

_COLUMNS = (
    "topic",
    "type",
    "key",
    "aggregate_id",
    "version",
    "payload",
    "correlation_id",
    "causation_id",
    "traceparent",
    "handed",
)
_ROWS = """
SELECT seq, topic, type, key, uuid_send(aggregate_id) AS aggregate, version, payload, correlation_id, causation_id,
       traceparent, created_at
FROM outbox
"""
_INSERT = f"INSERT INTO outbox ({', '.join(_COLUMNS)}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
_FETCH = f"{_ROWS} ORDER BY seq LIMIT $1"
_FETCH_THESE = f"{_ROWS} WHERE seq = ANY($1::bigint[])"
_COMMITTED = "SELECT seq, handed FROM outbox ORDER BY seq LIMIT $1"


class Outgoing(NamedTuple):
    """One event to send. Raises nothing here: size and version are checked by the table.

    `cause`: the one in force where it is appended, when none is given.
    """

    topic: str
    type: str
    key: str
    aggregate_id: UUID
    version: int
    payload: bytes
    cause: Cause | None = None


class Message(NamedTuple):
    """A record ready for Kafka; `token` is what its source needs to clear it. No value is a tombstone."""

    topic: str
    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes]]
    token: object


class _Committed(Row):
    seq: int
    handed: int | None


class _Unsent(Row):
    seq: int
    topic: str
    type: str
    key: str
    aggregate: bytes
    version: int
    payload: bytes
    correlation_id: str | None
    causation_id: str | None
    traceparent: str | None
    created_at: datetime


class _Lot(NamedTuple):
    """What one `append` wrote; `here`: the cause of those rows that bear none."""

    rows: Sequence[Outgoing]
    here: Cause
    created_at: datetime


class _Handed(Handed[_Lot]):
    """The rows of each `append`, numbered from the number of their lot."""

    MIN_ROWS = 20
    """A statement more is worth it from here on: nobody who convokes one person waits for it."""
    MAX_ROWS = 1 << 16

    def worth(self, rows: Sequence[Outgoing]) -> bool:
        return self.leads and self.MIN_ROWS <= len(rows) <= self.MAX_ROWS

    def put_rows(self, lot: _Lot) -> int:
        """The number of its first row; the others follow."""
        first = secrets.randbits(47) * self.MAX_ROWS
        self.put(first, lot, sum(len(row.payload) for row in lot.rows))
        return first

    def take_row(self, number: int | None) -> tuple[Outgoing, _Lot] | None:
        """The row of this number; with the last one of a lot, the lot goes."""
        if number is None:
            return None
        place = number % self.MAX_ROWS
        lot = self.get(number - place)
        if lot is None:
            return None
        if place == len(lot.rows) - 1:
            self.drop(number - place)
        return lot.rows[place], lot


_handed = _Handed()


async def append(connection: Connection, rows: Sequence[Outgoing]) -> None:
    """Write `rows` into the outbox, in their order (COPY: four times the rate of an INSERT).

    One alone is inserted: COPY is two round trips, and nothing of it is prepared.
    """
    if not rows:
        return
    here, first = current_cause(), None
    if _handed.worth(rows):
        now: datetime = await connection.fetchval("SELECT now()")  # what created_at will be
        first = _handed.put_rows(_Lot(tuple(rows), here, now))
    records = _records(rows, here, first)
    if len(rows) == 1:
        await connection.execute(_INSERT, *next(records))
    else:
        await connection.copy_records_to_table("outbox", records=records, columns=_COLUMNS)


def _records(rows: Sequence[Outgoing], here: Cause, first: int | None) -> Iterator[tuple[object, ...]]:
    for place, row in enumerate(rows):
        cause = row.cause or here
        number = None if first is None else first + place
        yield (*row[:-1], *cause, number)


class Outbox:
    """The relay's source of rows: what exists is unsent; there is no cursor to skip a late commit."""

    name = "outbox"

    def __init__(self, source: str, schemas_url: str = "") -> None:
        self._source = source
        self._schemas_url = schemas_url

    async def fetch(self, connection: Connection, limit: int) -> list[Message]:
        if not _handed:
            return [self._from_table(row) for row in await connection.fetch(_FETCH, limit, record_class=_Unsent)]
        committed = await connection.fetch(_COMMITTED, limit, record_class=_Committed)
        found = {row.seq: _handed.take_row(row.handed) for row in committed}
        unknown = [seq for seq, handed in found.items() if handed is None]
        read = await connection.fetch(_FETCH_THESE, unknown, record_class=_Unsent) if unknown else []
        others = {row.seq: self._from_table(row) for row in read}
        messages = (others.get(seq) if one is None else self._from_memory(seq, *one) for seq, one in found.items())
        return [one for one in messages if one is not None]

    def _from_memory(self, seq: int, row: Outgoing, lot: _Lot) -> Message:
        ce_id = event_id(row.aggregate_id.bytes, row.version)
        cause = row.cause or lot.here
        headers = encode(row.type, self._source, row.key, ce_id, lot.created_at, cause, self._schemas_url)
        return Message(row.topic, row.key.encode(), row.payload, headers, seq)

    def _from_table(self, row: _Unsent) -> Message:
        cause = Cause(row.correlation_id, row.causation_id, row.traceparent)
        ce_id = event_id(row.aggregate, row.version)
        headers = encode(row.type, self._source, row.key, ce_id, row.created_at, cause, self._schemas_url)
        return Message(row.topic, row.key.encode(), row.payload, headers, row.seq)

    async def clear(self, connection: Connection, sent: Sequence[Message]) -> None:
        await connection.execute(
            "DELETE FROM outbox WHERE seq = ANY($1::bigint[])", [message.token for message in sent]
        )

    async def waiting(self, connection: Connection) -> list[Waiting]:
        return await waiting(connection)
