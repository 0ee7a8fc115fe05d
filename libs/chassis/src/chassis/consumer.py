"""The batch consumer: poll → decode → version guard → apply → dead letters → COMMIT → commit offsets (D1, D2).

FastStream is the shell; nothing of its parsing, acknowledging or replying is used. A record is applied, ignored as
known, or a dead letter; an error that time can mend, or a schema that is not the code's, rewinds the batch and waits;
nothing loops hot and nothing is lost.
"""

import asyncio
import random
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from pydantic import BaseModel

from chassis import dead_letters, offsets
from chassis.cloudevents import Dead, Event, decode
from chassis.database import Connection, SchemaDiffers, is_transient, refused_by_schema
from chassis.envelopes import parts
from chassis.fetching import deleted
from chassis.guard import Known, Outcome, guard
from chassis.kill_points import kill_point
from chassis.metrics import BATCH_SECONDS, EVENTS
from chassis.migration import Migration, differs
from chassis.tracing import Spans

log = structlog.get_logger()
_MAX_PAUSE_SECONDS = 30.0
_TOLD = 20  # dead letters of a batch that have a log line each


class PermanentError(Exception):
    """A record that no retry can mend. The message goes into the dead letter: no personal data."""


S = TypeVar("S")


class Reader(Protocol[S]):
    """What a service does with one topic, whose events have the body `S`."""

    @property
    def topic(self) -> str: ...

    @property
    def types(self) -> Collection[str]:
        """The ce_types it understands; another one is a dead letter."""

    async def known(self, connection: Connection, aggregates: list[str]) -> dict[str, Known]:
        """Versions already held, their rows locked in id order (D7)."""

    async def apply(self, connection: Connection, events: list[Event[S]], held: Mapping[str, Known]) -> None:
        """Write the effect and the outbox rows of events the guard let through, in their order.

        `held`: what `known` found of the batch's aggregates.
        """


@runtime_checkable
class Buries(Protocol):
    """A reader that tells of what cannot be applied."""

    async def bury(self, connection: Connection, dead: list[Dead]) -> None:
        """In the transaction that writes their letters; not of a letter that was there already."""


@runtime_checkable
class Gathers(Protocol):
    """A reader that nobody waits for: what comes within so many seconds (well under REQUEST_TIMEOUT_MS) is a batch."""

    gather_seconds: float


class Consumer:
    """One reader of one topic, in one consumer group `<service>.<entity>`."""

    def __init__(
        self,
        reader: Reader[Any],
        *,
        group: str,
        models: Mapping[str, type[BaseModel]],
        pool: asyncpg.Pool,
        migrations: list[Migration],
        max_events: int = 2_000,
        after_commit: Callable[[], None],
    ) -> None:
        self.topic = reader.topic
        self.group = group
        self.gather_seconds = reader.gather_seconds if isinstance(reader, Gathers) else 0.0
        self._reader = reader
        self._models = {ce_type: models[ce_type] for ce_type in reader.types}
        self._pool = pool
        self._migrations = migrations
        self._max_events = max_events
        self._after_commit = after_commit
        self.schema_refuses: str | None = None
        """Why the schema refused the batch in hand; None once a batch is written."""
        self._pause_seconds = 0.0
        self._busy_since: float | None = None
        self._nexts: dict[TopicPartition, int] = {}

    def busy_seconds(self) -> float:
        """Since the batch in hand was polled; 0 between batches."""
        return 0.0 if self._busy_since is None else time.monotonic() - self._busy_since

    def forget_partitions(self) -> None:
        """Another process may read them meanwhile: where they stand is asked again."""
        self._nexts.clear()

    async def on_batch(self, records: Sequence[ConsumerRecord], kafka: AIOKafkaConsumer) -> None:
        """Write a polled batch, then commit its offsets. Never raises: FastStream would swallow it (X4)."""
        self._busy_since = time.monotonic()
        try:
            await self._write_or_rewind(records, kafka)
        finally:
            self._busy_since = None

    async def _write_or_rewind(self, records: Sequence[ConsumerRecord], kafka: AIOKafkaConsumer) -> None:
        nexts = await offsets.behind(records, kafka)
        try:
            with BATCH_SECONDS.labels(self.topic).time():
                await self._write_in_slices([*await self._deleted_before(offsets.firsts_of(records), kafka), *records])
        except Exception as error:  # noqa: BLE001
            await self._rewind(records, kafka, error)
            return
        self._pause_seconds = 0.0
        self.schema_refuses = None
        kill_point("consumer.after_database_commit")
        await offsets.commit(nexts, kafka)
        self._nexts |= nexts
        kill_point("consumer.after_offset_commit")

    async def retry_dead_letters(self) -> int:
        """Process the letters marked by `imagin dlq retry` as if they had just been polled; returns how many."""
        async with self._pool.acquire() as connection, connection.transaction():
            taken = await dead_letters.take_retries(connection, self.group)
            if taken:
                with Spans() as spans:
                    await self._process(connection, _unpacked([record for _, record in taken]), spans)
                await dead_letters.close_retries(connection, [letter for letter, _ in taken])
        if taken:
            self._after_commit()
        return len(taken)

    async def look_for_deleted(self, kafka: AIOKafkaConsumer) -> None:
        """Tell of records that were deleted unread where none has come after them: else a batch tells."""
        if self._busy_since is not None:
            return
        gone = await self._deleted_before(dict.fromkeys(kafka.assignment(), sys.maxsize), kafka)
        if gone:
            await self._write_batch(gone)
            nexts = offsets.nexts_of(gone)  # no further: a batch may have been polled meanwhile
            await offsets.commit(nexts, kafka)
            self._nexts |= nexts

    async def _deleted_before(
        self, firsts: Mapping[TopicPartition, int], kafka: AIOKafkaConsumer
    ) -> list[ConsumerRecord]:
        """What retention or an operator has deleted between the record read last and the first one that came now.

        Raises TimeoutError where no broker says it.
        """
        async with asyncio.timeout(offsets.COMMIT_SECONDS):
            expected = {
                place: self._nexts[place] if place in self._nexts else await kafka.committed(place) for place in firsts
            }
            gaps = {place: at for place, at in expected.items() if at is not None and at < firsts[place]}
            if not gaps:
                return []
            starts = await kafka.beginning_offsets(list(gaps))  # markers and compaction leave gaps too
        return [
            deleted(place.topic, place.partition, at, starts[place] - 1)
            for place, at in gaps.items()
            if at < starts[place]
        ]

    async def _write_in_slices(self, records: Sequence[ConsumerRecord]) -> None:
        """A transaction each: records that bear a hundred events are as many as were polled, a hundred times.

        What is written of a batch that is polled again is known by its version.
        """
        events = _unpacked(records)
        for start in range(0, len(events), self._max_events):
            await self._write_batch(events[start : start + self._max_events])
            self._busy_since = time.monotonic()  # it goes on

    async def _write_batch(self, records: Sequence[ConsumerRecord]) -> None:
        with Spans() as spans:
            async with self._pool.acquire() as connection:
                async with connection.transaction():
                    outcome = await self._process(connection, records, spans)
                    kill_point("consumer.before_database_commit")
                self._after_commit()  # before the pool cleans the connection: that is a round trip
        for name, count in outcome.counts.items():
            EVENTS.labels(self.topic, name).inc(count)

    async def _process(self, connection: Connection, records: Sequence[ConsumerRecord], spans: Spans) -> Outcome:
        outcome = Outcome()
        events: list[Event] = []
        for record in records:
            decoded = decode(record, self._models)
            if isinstance(decoded, Event):
                events.append(decoded)
            else:
                outcome.dead.append(decoded)
        await self._apply(connection, spans.receive(self.group, events), outcome)
        if outcome.applied:
            await dead_letters.supersede(connection, self.group, self.topic, outcome.applied)
        if outcome.dead:
            new = await dead_letters.save(connection, self.group, outcome.dead)
            if new and isinstance(self._reader, Buries):
                await self._reader.bury(connection, new)
            _tell_dead(outcome.dead)
            spans.bury(outcome.dead)
        outcome.counts.update(applied=len(outcome.applied), dead=len(outcome.dead))
        return outcome

    async def _apply(self, connection: Connection, events: list[Event], outcome: Outcome) -> None:
        """Apply all, or halve until the one record that cannot be applied stands alone (D23, « unknown »)."""
        if not events:
            return
        attempt = Outcome()
        try:
            async with connection.transaction():  # a savepoint
                known = await self._reader.known(connection, sorted({event.aggregate for event in events}))
                held = dict(known)  # the guard brings `known` up to date
                passed = guard(events, known, attempt)
                if passed:
                    await self._reader.apply(connection, passed, held)
        except Exception as error:
            if is_transient(error):
                raise
            if reason := await self._refused_by_schema(connection, error):
                raise SchemaDiffers(reason) from error
            if len(events) == 1:
                outcome.dead.append(_unappliable(events[0], error))
                return
            middle = len(events) // 2
            await self._apply(connection, events[:middle], outcome)
            await self._apply(connection, events[middle:], outcome)
            return
        outcome.applied += passed
        outcome.dead += attempt.dead
        outcome.counts += attempt.counts

    async def _refused_by_schema(self, connection: Connection, error: Exception) -> str | None:
        """Why no record is to blame, or None: the statement does not fit the schema, or a constraint of another release
        refuses what this code writes. Under its own schema a constraint means one bad record.
        """
        if reason := refused_by_schema(error):
            return reason
        if not isinstance(error, asyncpg.IntegrityConstraintViolationError):
            return None
        if not await differs(connection, self._migrations):
            return None
        return f"{type(error).__name__} {error.table_name} {error.column_name or error.constraint_name}"

    async def _rewind(self, records: Sequence[ConsumerRecord], kafka: AIOKafkaConsumer, error: Exception) -> None:
        """Back to the first offset of each partition after a growing pause: nothing committed, nothing hot."""
        self._pause_seconds = min(_MAX_PAUSE_SECONDS, max(0.2, self._pause_seconds * 2))
        if isinstance(error, SchemaDiffers):
            self.schema_refuses = str(error)
            log.error("consumer.schema_refuses", group=self.group, topic=self.topic, cause=self.schema_refuses)
        log.warning("consumer.batch_postponed", topic=self.topic, error=error, seconds=self._pause_seconds)
        for partition, offset in offsets.firsts_of(records).items():
            if partition in kafka.assignment():  # one that was lost meanwhile is its new owner's
                kafka.seek(partition, offset)
        await asyncio.sleep(self._pause_seconds * random.uniform(0.8, 1.2))  # noqa: S311  # jitter, not a secret


def _unpacked(records: Sequence[ConsumerRecord]) -> list[ConsumerRecord]:
    return [event for record in records for event in parts(record)]


def _tell_dead(dead: Sequence[Dead]) -> None:
    """Coordinates and reason of each, of the first ones where there are many."""
    for letter in dead[:_TOLD]:
        record = letter.record
        log.warning(
            "consumer.dead_letter",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            stage=letter.stage,
            cause=letter.told,
        )
    if len(dead) > _TOLD:
        log.warning("consumer.dead_letters", count=len(dead))


def _unappliable(event: Event, error: Exception) -> Dead:
    reason = str(error) if isinstance(error, PermanentError) else type(error).__name__
    return Dead(event.record, "APPLY", reason, event.aggregate, event.version)
