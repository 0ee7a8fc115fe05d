"""Dead letters: rows in the service's own database, raw bytes and coordinates, written with the batch (no DLQ topic).

One bad record never holds back another: a later valid version of its aggregate applies and closes it (0002).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from aiokafka import ConsumerRecord

from chassis.cloudevents import Dead, Event, moment
from chassis.database import Connection, Pool, Row
from chassis.envelopes import part_of, restored

MAX_KEPT_BYTES = 2_000_000  # twice what a broker takes by default: what was packed may be far larger

# A day within what Python knows: asyncpg writes the very ends as infinity, and reads that back without a time zone.
_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)

_INSERT = """
INSERT INTO dead_letter (consumer_group, topic, partition, "offset", record_time, key, value,
                         header_names, header_values, aggregate, version, stage, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (consumer_group, topic, partition, "offset", record_time) DO UPDATE
SET state = 'OPEN', attempts = dead_letter.attempts + 1,
    stage = excluded.stage, reason = excluded.reason, changed_at = now()
WHERE dead_letter.state = 'RETRY'
RETURNING partition, "offset", record_time, attempts
"""

_SUPERSEDE = """
UPDATE dead_letter d SET state = 'SUPERSEDED', changed_at = now()
FROM unnest($2::text[], $3::int[], $4::bigint[]) AS applied (aggregate, partition, "offset")
WHERE d.consumer_group = $1 AND d.state = 'OPEN' AND d.aggregate = applied.aggregate
  AND d.topic = $5 AND d.partition = applied.partition AND d."offset" < applied."offset"
"""

_ANY_OPEN = "SELECT EXISTS (SELECT FROM dead_letter WHERE consumer_group = $1 AND state = 'OPEN')"
_ANY_DELETED = """
SELECT EXISTS (
    SELECT FROM dead_letter WHERE consumer_group = $1 AND state IN ('OPEN', 'RETRY') AND stage = 'DELETED'
)
"""

_CLOSE_DELETED = """
UPDATE dead_letter SET state = 'DISCARDED', note = $3, changed_at = now()
WHERE consumer_group = $1 AND state = 'OPEN' AND stage = 'DELETED' AND created_at < $2
"""

_TAKE_RETRIES = """
SELECT id, topic, partition, "offset", record_time, key, value, header_names, header_values
FROM dead_letter WHERE consumer_group = $1 AND state = 'RETRY'
ORDER BY partition, "offset" LIMIT 500 FOR UPDATE SKIP LOCKED
"""


class _Written(Row):
    partition: int
    offset: int
    record_time: datetime
    attempts: int


class _Letter(Row):
    id: int
    topic: str
    partition: int
    offset: int
    record_time: datetime
    key: bytes | None
    value: bytes | None
    header_names: list[bytes]
    header_values: list[bytes | None]


async def save(connection: Connection, group: str, dead: Sequence[Dead]) -> list[Dead]:
    """Write the dead of a batch, and return those that are new; a record seen again on a replay changes nothing."""
    rows = await connection.fetchmany(_INSERT, [_row(group, letter) for letter in dead], record_class=_Written)
    new = {(row.partition, row.offset, row.record_time) for row in rows if row.attempts == 1}
    return [letter for letter in dead if _place(letter.record) in new]


def _place(record: ConsumerRecord) -> tuple[int, int, datetime]:
    return record.partition, record.offset, _record_time(record)


def _row(group: str, letter: Dead) -> tuple[object, ...]:
    record = letter.record
    # Bytes: U+0000 is no text in PostgreSQL, and a name that is not UTF-8 is none either.
    names = [name.encode(errors="surrogateescape") for name, _ in record.headers]
    values = [value for _, value in record.headers]
    return (
        group,
        record.topic,
        record.partition,
        record.offset,
        _record_time(record),
        record.key,
        _kept(record.value),
        names,
        values,
        _text(letter.aggregate),
        letter.version,
        letter.stage,
        _text(letter.told),
    )


def _record_time(record: ConsumerRecord) -> datetime:
    """The nearest moment that Python and PostgreSQL know: any 64 bits may stand in a record.

    Kafka counts milliseconds. The microseconds tell the events of a batch apart, which have the same coordinates.
    """
    try:
        told = min(max(moment(record), _FIRST), _LAST)  # the first and the last moment are stored as infinities
    except ValueError:
        told = _FIRST if record.timestamp < 0 else _LAST
    return told + timedelta(microseconds=part_of(record))


def _kept(value: bytes | None) -> bytes | None:
    """A value that no retry can accept is not kept: its size is in the reason."""
    return value if value is None or len(value) <= MAX_KEPT_BYTES else None


def _text(value: str | None) -> str | None:
    """PostgreSQL's text has no U+0000; a letter that could not be written would hold the batch for ever."""
    return value.replace("\x00", "\N{REPLACEMENT CHARACTER}") if value else value


async def supersede(connection: Connection, group: str, topic: str, applied: Sequence[Event]) -> None:
    """Close the open letters of aggregates that a later record of the same partition has brought up to date."""
    if not await connection.fetchval(_ANY_OPEN, group):
        return  # as always: a batch's aggregates are not sent for nothing
    await connection.execute(
        _SUPERSEDE,
        group,
        [event.aggregate for event in applied],
        [event.record.partition for event in applied],
        [event.record.offset for event in applied],
        topic,
    )


async def any_deleted(connection: Connection | Pool, group: str) -> bool:
    """Whether an open letter says that records of the group were deleted before it had read them."""
    return bool(await connection.fetchval(_ANY_DELETED, group))


async def close_deleted(connection: Connection, group: str, before: datetime, note: str) -> None:
    """Discard the letters about deleted records that were written before that moment, for the reason in `note`."""
    await connection.execute(_CLOSE_DELETED, group, before, note)


async def take_retries(connection: Connection, group: str) -> list[tuple[int, ConsumerRecord]]:
    """The letters an operator asked to retry (`imagin dlq retry`), as the records they were."""
    letters = await connection.fetch(_TAKE_RETRIES, group, record_class=_Letter)
    return [(letter.id, _record(letter)) for letter in letters]


def _record(letter: _Letter) -> ConsumerRecord:
    milliseconds, part = divmod(letter.record_time.microsecond, 1000)
    record = ConsumerRecord(
        topic=letter.topic,
        partition=letter.partition,
        offset=letter.offset,
        timestamp=int(letter.record_time.replace(tzinfo=UTC, microsecond=0).timestamp()) * 1000 + milliseconds,
        timestamp_type=0,
        key=letter.key,
        value=letter.value,
        checksum=None,
        serialized_key_size=len(letter.key or b""),
        serialized_value_size=len(letter.value or b""),
        headers=tuple(
            zip(
                (name.decode(errors="surrogateescape") for name in letter.header_names),
                letter.header_values,
                strict=True,
            )
        ),
    )
    return restored(record, part)


async def close_retries(connection: Connection, ids: Sequence[int]) -> None:
    """Those taken and not written again as dead have been applied."""
    await connection.execute(
        "UPDATE dead_letter SET state = 'RETRIED', changed_at = now() WHERE id = ANY($1) AND state = 'RETRY'",
        ids,
    )
