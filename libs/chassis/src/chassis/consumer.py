"""The batch consumer: poll → decode → version guard → apply → dead letters → COMMIT → commit offsets (D1, D2).

FastStream is the shell; nothing of its parsing, acknowledging or replying is used. A record is applied, ignored as
known, or a dead letter; an error that time can mend rewinds the batch and waits; nothing loops hot and nothing is lost.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, TypeVar

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from pydantic import BaseModel

from chassis import dead_letters
from chassis.cloudevents import Dead, Event, decode
from chassis.database import Connection, is_transient
from chassis.kill_points import kill_point
from chassis.metrics import BATCH_SECONDS, EVENTS

log = structlog.get_logger()
_MAX_PAUSE_SECONDS = 30.0
_COMMIT_SECONDS = 5.0  # aiokafka looks for a coordinator for ever, and nothing is read meanwhile
_TOLD = 20  # dead letters of a batch that have a log line each


class Known(NamedTuple):
    """The version a service has of an aggregate, and the hash of its content."""

    version: int
    hash: str


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

    async def apply(self, connection: Connection, events: list[Event[S]], held: Collection[str]) -> None:
        """Write the effect and the outbox rows of events the guard let through, in their order.

        `held`: the aggregates of the batch that `known` found.
        """


@dataclass(slots=True)
class Outcome:
    """What became of the records of a batch."""

    applied: list[Event] = field(default_factory=list)
    dead: list[Dead] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


class Verdict(StrEnum):
    """What the version guard says of one state, against what is held of its aggregate."""

    APPLIED = "applied"
    STALE = "stale"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


def verdict(version: int, hash_: str, held: Known | None) -> Verdict:
    """Version guard: a higher version applies, same or lower is known, same with another hash is a fork (0001)."""
    if held is None or version > held.version:
        return Verdict.APPLIED
    if version < held.version:
        return Verdict.STALE
    return Verdict.DUPLICATE if hash_ == held.hash else Verdict.CONFLICT


def guard(events: Sequence[Event], known: dict[str, Known], outcome: Outcome) -> list[Event]:
    """The events that `verdict` lets through; those known are counted, a fork is dead.

    `known` is brought up to date with what is let through.
    """
    passed = []
    for event in events:
        said = verdict(event.version, event.hash, known.get(event.aggregate))
        if said is Verdict.APPLIED:
            known[event.aggregate] = Known(event.version, event.hash)
            passed.append(event)
            continue
        outcome.counts[said.value] += 1
        if said is Verdict.CONFLICT:
            reason = "same version, other content"
            outcome.dead.append(Dead(event.record, "CONFLICT", reason, event.aggregate, event.version))
    return passed


class Consumer:
    """One reader of one topic, in one consumer group `<service>.<entity>`."""

    def __init__(
        self,
        reader: Reader[Any],
        *,
        group: str,
        models: Mapping[str, type[BaseModel]],
        pool: asyncpg.Pool,
        after_commit: Callable[[], None],
    ) -> None:
        self.topic = reader.topic
        self.group = group
        self._reader = reader
        self._models = {ce_type: models[ce_type] for ce_type in reader.types}
        self._pool = pool
        self._after_commit = after_commit
        self._pause_seconds = 0.0
        self._busy_since: float | None = None

    def busy_seconds(self) -> float:
        """Since the batch in hand was polled; 0 between batches."""
        return 0.0 if self._busy_since is None else time.monotonic() - self._busy_since

    async def on_batch(self, records: Sequence[ConsumerRecord], kafka: AIOKafkaConsumer) -> None:
        """Write a polled batch, then commit its offsets. Never raises: FastStream would swallow it (X4)."""
        self._busy_since = time.monotonic()
        try:
            await self._write_or_rewind(records, kafka)
        finally:
            self._busy_since = None

    async def _write_or_rewind(self, records: Sequence[ConsumerRecord], kafka: AIOKafkaConsumer) -> None:
        try:
            with BATCH_SECONDS.labels(self.topic).time():
                await self._write_batch(records)
        except Exception as error:  # noqa: BLE001
            await self._rewind(records, kafka, error)
            return
        self._pause_seconds = 0.0
        kill_point("consumer.after_database_commit")
        self._after_commit()
        await _commit_offsets(records, kafka)
        kill_point("consumer.after_offset_commit")

    async def retry_dead_letters(self) -> int:
        """Process the letters marked by `imagin dlq retry` as if they had just been polled; returns how many."""
        async with self._pool.acquire() as connection, connection.transaction():
            taken = await dead_letters.take_retries(connection, self.group)
            if taken:
                await self._process(connection, [record for _, record in taken])
                await dead_letters.close_retries(connection, [letter for letter, _ in taken])
        if taken:
            self._after_commit()
        return len(taken)

    async def _write_batch(self, records: Sequence[ConsumerRecord]) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            outcome = await self._process(connection, records)
            kill_point("consumer.before_database_commit")
        for name, count in outcome.counts.items():
            EVENTS.labels(self.topic, name).inc(count)

    async def _process(self, connection: Connection, records: Sequence[ConsumerRecord]) -> Outcome:
        outcome = Outcome()
        events: list[Event] = []
        for record in records:
            decoded = decode(record, self._models)
            if isinstance(decoded, Event):
                events.append(decoded)
            else:
                outcome.dead.append(decoded)
        await self._apply(connection, events, outcome)
        if outcome.applied:
            await dead_letters.supersede(connection, self.group, self.topic, outcome.applied)
        if outcome.dead:
            await dead_letters.save(connection, self.group, outcome.dead)
            _tell_dead(outcome.dead)
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
                held = frozenset(known)
                passed = guard(events, known, attempt)
                if passed:
                    await self._reader.apply(connection, passed, held)
        except Exception as error:
            if is_transient(error):
                raise
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

    async def _rewind(self, records: Sequence[ConsumerRecord], kafka: AIOKafkaConsumer, error: Exception) -> None:
        """Back to the first offset of each partition after a growing pause: nothing committed, nothing hot."""
        self._pause_seconds = min(_MAX_PAUSE_SECONDS, max(0.2, self._pause_seconds * 2))
        log.warning("consumer.batch_postponed", topic=self.topic, error=error, seconds=self._pause_seconds)
        firsts: dict[TopicPartition, int] = {}
        for record in records:
            partition = TopicPartition(record.topic, record.partition)
            firsts[partition] = min(record.offset, firsts.get(partition, record.offset))
        for partition, offset in firsts.items():
            if partition in kafka.assignment():  # one that was lost meanwhile is its new owner's
                kafka.seek(partition, offset)
        await asyncio.sleep(self._pause_seconds * random.uniform(0.8, 1.2))  # noqa: S311  # jitter, not a secret


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
            cause=letter.reason,
        )
    if len(dead) > _TOLD:
        log.warning("consumer.dead_letters", count=len(dead))


def _unappliable(event: Event, error: Exception) -> Dead:
    reason = str(error) if isinstance(error, PermanentError) else type(error).__name__
    return Dead(event.record, "APPLY", reason, event.aggregate, event.version)


async def _commit_offsets(records: Sequence[ConsumerRecord], kafka: AIOKafkaConsumer) -> None:
    """Explicit offsets of this batch only; a failure is logged: what is delivered again is known by its version.

    The position says more than the last record: it is behind the marker of the producer's transaction too, so that
    the lag of a group that has read all is 0. Nothing is polled meanwhile: it cannot be behind an unwritten record.
    """
    nexts: dict[TopicPartition, int] = {}
    for record in records:
        nexts[TopicPartition(record.topic, record.partition)] = record.offset + 1
    try:
        async with asyncio.timeout(_COMMIT_SECONDS):
            for partition in nexts.keys() & kafka.assignment():
                nexts[partition] = max(nexts[partition], await kafka.position(partition))
            await kafka.commit({partition: (offset, "") for partition, offset in nexts.items()})
    except (KafkaError, TimeoutError) as error:
        log.warning("consumer.offsets_not_committed", error=error)
