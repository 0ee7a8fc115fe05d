"""The outbox: rows written in the transaction of the change they tell (D12), sent by the relay, then deleted.

Lock the aggregate's row first, append after, in the same transaction: `seq` is then commit order per key (D13).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.cloudevents import Cause, encode, event_id
from chassis.database import Connection, Row
from chassis.tracing import current_cause

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
)
_FETCH = """
SELECT seq, topic, type, key, uuid_send(aggregate_id) AS aggregate, version, payload, correlation_id, causation_id,
       traceparent, created_at
FROM outbox ORDER BY seq LIMIT $1
"""
_WAITING = """
SELECT topic, count(*) AS pending, extract(epoch FROM now() - min(created_at))::float8 AS oldest_seconds
FROM outbox GROUP BY topic ORDER BY topic
"""


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


class Waiting(Row):
    """What waits for one topic: how many rows, at least one, and the age of the oldest."""

    topic: str
    pending: int
    oldest_seconds: float


async def append(connection: Connection, rows: Sequence[Outgoing]) -> None:
    """Write `rows` into the outbox, in their order (COPY: four times the rate of an INSERT)."""
    if not rows:
        return
    await connection.copy_records_to_table("outbox", records=_records(rows), columns=_COLUMNS)


def _records(rows: Sequence[Outgoing]) -> Iterator[tuple[object, ...]]:
    here = current_cause()
    for row in rows:
        cause = row.cause or here
        yield (*row[:-1], cause.correlation_id, cause.causation_id, cause.traceparent)


async def waiting(connection: Connection) -> list[Waiting]:
    """What is written and not sent yet, by topic; a topic for which nothing waits is absent."""
    return await connection.fetch(_WAITING, record_class=Waiting)


class Outbox:
    """The relay's source of rows: what exists is unsent; there is no cursor to skip a late commit."""

    name = "outbox"

    def __init__(self, source: str, schemas_url: str = "") -> None:
        self._source = source
        self._schemas_url = schemas_url

    async def fetch(self, connection: Connection, limit: int) -> list[Message]:
        return [self._message(row) for row in await connection.fetch(_FETCH, limit, record_class=_Unsent)]

    def _message(self, row: _Unsent) -> Message:
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
