"""The relay: rows of the outbox → one Kafka transaction → delete the rows. One leader a service.

The advisory lock says who should run; the fixed `transactional.id` says who may write: a leader that was stopped and
wakes up after its successor started is fenced by Kafka (X10, X11). The leader works only through the connection that
holds its lock. On any error: never abort, never reuse; drop the producer, start again (D14, X12).
"""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Protocol

import structlog
from aiokafka import AIOKafkaProducer

from chassis.database import Connection
from chassis.handing import handing_over
from chassis.kill_points import kill_point
from chassis.leadership import leadership
from chassis.metrics import RELAY_LEADER, RELAY_SEND_SECONDS, RELAY_SENT
from chassis.outbox import Message, Outbox
from chassis.partitioning import hashes_of
from chassis.tracing import Spans
from chassis.waiting import Waiting

log = structlog.get_logger()
LOCK = 4_207_002
"""Held in the service's database by whoever relays from it."""
_RETRY_SECONDS = 0.5
_TELL_SECONDS = 10.0


class Source(Protocol):
    """Where messages to send wait: the outbox, or keys to tell the state of (D19b). `name`: its label in the metrics.

    `waiting`: how many wait and since when, by topic; a topic for which nothing waits is absent.
    """

    @property
    def name(self) -> str: ...
    async def fetch(self, connection: Connection, limit: int) -> list[Message]: ...
    async def clear(self, connection: Connection, sent: Sequence[Message]) -> None: ...
    async def waiting(self, connection: Connection) -> list[Waiting]: ...


class SendTimeout(Exception):
    """Kafka did not take a transaction within the deadline."""


class Relay:
    """Sends what its sources hold, in their order, as long as it leads. `wake()` after each commit that wrote rows."""

    def __init__(
        self,
        *,
        service: str,
        database_url: str,
        kafka: dict[str, Any],
        batch_max_rows: int = 5_000,
        poll_seconds: float = 0.25,
        send_deadline_seconds: float = 10.0,
        schemas_url: str = "",
    ) -> None:
        self._service = service
        self._database_url = database_url
        self._kafka = kafka
        self._sources: list[Source] = [Outbox(f"/imagin/{service}", schemas_url)]
        self._limit = batch_max_rows
        self._poll = poll_seconds
        self._deadline = send_deadline_seconds
        self._wake = asyncio.Event()
        self._stopping = False
        self._alive_at = time.monotonic()
        self._leftovers: set[asyncio.Task[None]] = set()
        self._told: dict[type[Exception], float] = {}

    def add_sources(self, sources: Sequence[Source]) -> None:
        """Sources to relay before the outbox: what waits there never holds them back."""
        self._sources = [*sources, *self._sources]

    async def waiting(self, connection: Connection) -> dict[str, list[Waiting]]:
        """What waits in each source, by the source's name; also where another process leads."""
        return {source.name: await source.waiting(connection) for source in self._sources}

    def wake(self) -> None:
        """Rows were committed: look now. Another process's relay sees them at its next poll."""
        self._wake.set()

    def stop(self) -> None:
        """Let the batch in hand finish, then `run` returns."""
        self._stopping = True
        self._wake.set()

    def silent_seconds(self) -> float:
        """Since the loop last went round: leading, waiting for the lead, or failing to reach PostgreSQL or Kafka."""
        return time.monotonic() - self._alive_at

    def _stays(self) -> bool:
        self._alive_at = time.monotonic()
        return not self._stopping

    async def run(self) -> None:
        """Stand for leadership and relay, for ever; returns after `stop()`."""
        while self._stays():
            try:
                await self._stand()
            except Exception as error:  # noqa: BLE001  # step down, start again with a new producer
                self._tell(error)
                await asyncio.sleep(_RETRY_SECONDS)
            finally:
                RELAY_LEADER.set(0)
        if self._leftovers:
            await asyncio.wait(self._leftovers, timeout=5)

    def _tell(self, error: Exception) -> None:
        """Each kind once in ten seconds: in an outage it is the same one twice a second."""
        kind, now = type(error), time.monotonic()
        if now - self._told.get(kind, -math.inf) >= _TELL_SECONDS:
            self._told[kind] = now
            log.warning("relay.stepped_down", error=error)

    async def _stand(self) -> None:
        silence = self._deadline * 2
        async with leadership(self._database_url, LOCK, silence_seconds=silence, stays=self._stays) as connection:
            if connection is not None:
                await self._lead(connection)

    async def _lead(self, connection: Connection) -> None:
        producer = AIOKafkaProducer(
            **self._kafka,
            transactional_id=f"{self._service}.relay",
            transaction_timeout_ms=15_000,
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_batch_size=262_144,
        )
        try:
            async with asyncio.timeout(self._deadline):
                await producer.start()
            log.info("relay.leading")
            RELAY_LEADER.set(1)
            with handing_over():
                while self._stays():
                    self._wake.clear()
                    if not await self._round(connection, producer):
                        await self._pause(self._poll)
        finally:
            self._in_background(producer.stop)

    async def _round(self, connection: Connection, producer: AIOKafkaProducer) -> bool:
        """One transaction a source; returns whether more may wait: else whoever commits next wakes it."""
        more = False
        for source in self._sources:
            messages = await source.fetch(connection, self._limit)
            if not messages:
                continue
            with Spans() as spans:
                spans.send((one.topic, one.headers) for one in messages)
                await self._send(producer, messages)
            kill_point("relay.after_send")
            await source.clear(connection, messages)
            kill_point("relay.after_clear")
            RELAY_SENT.inc(len(messages))
            more |= len(messages) >= self._limit
        return more

    async def _send(self, producer: AIOKafkaProducer, messages: Sequence[Message]) -> None:
        # A transaction cannot be cancelled (X12): it runs in a task of its own, which is left behind when it hangs.
        task = asyncio.create_task(_transaction(producer, messages))
        began = time.perf_counter()
        done, _ = await asyncio.wait({task}, timeout=self._deadline)
        RELAY_SEND_SECONDS.labels(_result(task)).observe(time.perf_counter() - began)
        if not done:
            self._leave_behind(task)
            raise SendTimeout
        task.result()

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    def _in_background(self, stop: Callable[[], Awaitable[None]]) -> None:
        async def bounded() -> None:
            try:
                async with asyncio.timeout(5):
                    await stop()
            except Exception as error:  # noqa: BLE001  # a dead broker must not hold the successor back
                log.info("relay.producer_dropped", error=error)

        self._leave_behind(asyncio.create_task(bounded()))

    def _leave_behind(self, task: asyncio.Task[None]) -> None:
        self._leftovers.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._leftovers.discard(task)
        if not task.cancelled() and task.exception():
            log.info("relay.late_failure", error=task.exception())


def _result(task: asyncio.Task[None]) -> str:
    if not task.done():
        return "timeout"
    return "failed" if task.cancelled() or task.exception() else "sent"


async def _transaction(producer: AIOKafkaProducer, messages: Sequence[Message]) -> None:
    await producer.begin_transaction()
    acks: list[asyncio.Future[Any]] = []
    try:
        async for ack in _send_batches(producer, messages):
            acks.append(ack)  # noqa: PERF401  # those there are when one fails
        kill_point("relay.before_commit")
    finally:
        outcomes = await asyncio.gather(*acks, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    await producer.commit_transaction()


async def _send_batches(producer: AIOKafkaProducer, messages: Sequence[Message]) -> AsyncIterator[asyncio.Future[Any]]:
    """Batches built here, in order per partition: a fifth of the cost of one `send` a message."""
    hashes = hashes_of(message.key for message in messages)
    partitions: dict[str, int] = {}
    building: dict[tuple[str, int], Any] = {}
    for message in messages:
        topic = message.topic
        if topic not in partitions:
            partitions[topic] = len(await producer.partitions_for(topic))
        place = (topic, hashes[message.key] % partitions[topic])
        batch = building.get(place)
        if batch is None or not _add(batch, message):
            if batch is not None:  # full
                yield await producer.send_batch(batch, topic, partition=place[1])
            batch = building[place] = producer.create_batch()
            _add(batch, message)
    for (topic, partition), batch in building.items():
        yield await producer.send_batch(batch, topic, partition=partition)


def _add(batch: Any, message: Message) -> bool:
    """False where there is no room."""
    added = batch.append(timestamp=None, key=message.key, value=message.value, headers=message.headers)
    return added is not None
