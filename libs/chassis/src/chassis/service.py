"""A service as a process: answers HTTP at once, waits for PostgreSQL and Kafka, stops after its batch (D10, D11).

When a part ends that should not, the process says so and exits with 70: the supervisor starts it again. With settings
that are missing or wrong, or a port that is taken, it does not start: a sentence for each on stderr, exit code 2.
"""

import asyncio
import contextlib
import gc
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from typing import Any, NoReturn

import asyncpg
import structlog
from aiokafka.errors import KafkaError
from fastapi import FastAPI
from pydantic import BaseModel

from chassis import logs, migration, starting, tracing
from chassis.cloudevents import schemas_at
from chassis.consumer import Consumer, Reader
from chassis.database import Row, create_pool, is_transient
from chassis.given import Misconfigured
from chassis.http import Health, ops_app
from chassis.measuring import Answering, measure_connections, measure_parts, measure_pool
from chassis.metrics import BUILD_INFO, DLQ_MESSAGES, LOOP_LAG_SECONDS, OUTBOX_AGE_SECONDS, OUTBOX_PENDING
from chassis.periodic import periodically
from chassis.progress import Progress
from chassis.relay import Relay, Source
from chassis.server import CannotListen, Server, configured, ops_port
from chassis.settings import ServiceSettings, load, variable_of
from chassis.subscribing import Subscriptions

log = structlog.get_logger()
EXIT_RESTART_ME, EXIT_MISCONFIGURED = 70, 2
_WATCH_SECONDS = 0.5
_RETRIES_SECONDS = 1.0
_PROGRESS_SECONDS = 5.0
_GAUGES_SECONDS = 5.0
_LEARNING_SECONDS = 15.0  # who is behind for longer is told by an alert: a proxy without servers helps nobody
_SILENT_SECONDS = 60.0  # every wait of the relay ends before
_BUSY_SECONDS = 120.0  # so does a batch: statements of 20 s, a pause of 36 s at most

_DEAD = "SELECT count(*) AS dead FROM dead_letter WHERE state IN ('OPEN', 'RETRY')"


class _Dead(Row):
    dead: int


@dataclass(slots=True)
class Runtime:
    """What the chassis gives a service: a pool that opens later, and the relay to wake after each commit."""

    settings: ServiceSettings
    pool: asyncpg.Pool
    relay: Relay


@dataclass(slots=True)
class Service:
    """What a service gives the chassis: readers by consumer group, models by ce_type, loops that never end.

    `learning`: whether a process that has just started does not know yet what it is asked for.
    """

    package: str
    app: FastAPI
    readers: Mapping[str, Reader[Any]] = field(default_factory=dict)
    models: Mapping[str, type[BaseModel]] = field(default_factory=dict)
    relay_sources: Sequence[Source] = ()
    loops: Sequence[Callable[[], Awaitable[None]]] = ()
    learning: Callable[[], bool] = lambda: False


class PartEnded(Exception):
    """A part that runs for ever has ended."""


def run(kind: type[ServiceSettings], build: Callable[[Runtime], Service]) -> None:
    """Run until SIGTERM or SIGINT; exits with 0 after a stop that was asked for, with 2 or 70 otherwise."""
    try:
        settings = load(kind)
    except Misconfigured as error:
        _do_not_start(kind, *error.sentences)
    logs.configure(settings.service_name, settings.log_level)
    origin = tracing.Origin(settings.service_name, version(settings.service_name), logs.instance_name())
    BUILD_INFO.labels(origin.service, origin.version).set(1)
    if settings.otlp_endpoint:
        tracing.configure(origin, settings.otlp_endpoint, settings.trace_ratio)
    # Batches make many objects that die together: a tenth of the time was the collector's, and still a twentieth
    # while it began within a batch (at 50,000).
    gc.set_threshold(200_000, 20, 20)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            sys.exit(runner.run(_serve(settings, build)))
    except CannotListen as error:
        ports = {settings.http_port: "http_port", settings.ops_http_port: "ops_http_port"}
        _do_not_start(kind, f"{variable_of(kind, ports[error.port])}: {error}")
    finally:
        tracing.stop()


def _do_not_start(kind: type[ServiceSettings], *sentences: str) -> NoReturn:
    sys.stderr.writelines(f"{kind.service_name} does not start: {one}\n" for one in sentences)
    sys.exit(EXIT_MISCONFIGURED)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415  # not on Windows
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(settings: ServiceSettings, build: Callable[[Runtime], Service]) -> int:
    url = settings.database_url.get_secret_value()
    pool = create_pool(url, size=settings.database_pool_size)
    measure_pool(pool)
    measure_connections()
    relay = Relay(
        service=settings.service_name,
        database_url=url,
        kafka=settings.kafka_connection,
        batch_max_rows=settings.relay_batch_max_rows,
        poll_seconds=settings.relay_poll_milliseconds / 1000,
        send_deadline_seconds=settings.relay_send_deadline_seconds,
        schemas_url=schemas_at(settings.documentation_url),
    )
    service = build(Runtime(settings, pool, relay))
    relay.add_sources(service.relay_sources)
    process = _Process(settings, service, pool, relay)
    service.app.state.health = Health(process.not_live, process.not_ready)
    service.app.router.lifespan_context = process.lifespan
    async with ops_port(ops_app(service.app), settings):
        await process.server.serve()
    return process.exit_code


class _Process:
    """The supervised parts of one service."""

    def __init__(self, settings: ServiceSettings, service: Service, pool: asyncpg.Pool, relay: Relay) -> None:
        self.exit_code = 0
        self._settings = settings
        self._service = service
        self._pool = pool
        self._relay = relay
        self._migrations = migration.of_service(service.package)
        consumer = partial(
            Consumer, models=service.models, pool=pool, migrations=self._migrations, after_commit=relay.wake
        )
        most = settings.kafka_batch_max_records
        self._consumers = [consumer(reader, group=group, max_events=most) for group, reader in service.readers.items()]
        self._subscriptions = Subscriptions(settings, self._consumers)
        self._progress = Progress([one.group for one in self._consumers])
        self._database = Answering(_GAUGES_SECONDS)
        measure_parts(self._database, self._subscriptions.silent_seconds)
        self._started = False
        self._learns_until = 0.0
        self.server = Server(configured(service.app, settings), drain_seconds=settings.http_drain_seconds)

    def not_live(self) -> str | None:
        """What hangs, or None. An outage of PostgreSQL or Kafka is no reason: a restart would not mend it."""
        if self._started and self._relay.silent_seconds() > _SILENT_SECONDS:
            return "relay"
        hung = next((one.group for one in self._consumers if one.busy_seconds() > _BUSY_SECONDS), None)
        return hung or self._progress.stuck

    async def not_ready(self) -> str | None:
        """Why this process is not ready, or None: it has started, knows what it is asked for, has its database."""
        if not self._started:
            return "starting"
        if self.server.draining:
            return "stopping"
        try:
            if self._learns():
                return "learning"
            refused = (f"schema: {one.group}" for one in self._consumers if one.schema_refuses)
            return await self._database_not_ready() or next(refused, None)
        except Exception as error:
            if is_transient(error):
                return "postgresql"
            raise

    def _learns(self) -> bool:
        """Once it knows, or after a while, it is not asked again: what it forgets later is an outage, not a start."""
        if time.monotonic() > self._learns_until or not self._service.learning():
            self._learns_until = 0.0
        return self._learns_until > 0

    async def _database_not_ready(self) -> str | None:
        async with self._pool.acquire() as connection:
            return "migrations" if await migration.pending(connection, self._migrations) else None

    @contextlib.asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        work = asyncio.create_task(self._work())
        work.add_done_callback(self._on_end)
        yield
        work.remove_done_callback(self._on_end)
        await self._stop(work)

    def _on_end(self, work: asyncio.Task[None]) -> None:
        error = None if work.cancelled() else work.exception()
        log.error("service.part_ended", error=error)
        self.exit_code = EXIT_RESTART_ME
        self.server.should_exit = True

    async def _work(self) -> None:
        await self._pool
        await starting.wait_for_database(self._settings.database_url.get_secret_value(), self._database_not_ready)
        self._database.yes()
        parts: list[Callable[[], Awaitable[None]]] = [
            self._relay.run,
            self._watch,
            partial(periodically, _PROGRESS_SECONDS, "progress", self._look_at_readers),
            partial(periodically, _RETRIES_SECONDS, "dead_letters", self._retry_dead_letters),
            *self._service.loops,
        ]
        async with asyncio.TaskGroup() as group:
            measuring = partial(periodically, _GAUGES_SECONDS, "gauges", self._measure)
            group.create_task(self._for_ever(measuring))  # also while Kafka is waited for
            await starting.start_consumers(self._settings, self._subscriptions)
            self._started = True
            self._learns_until = time.monotonic() + _LEARNING_SECONDS
            log.info("service.started", port=self._settings.http_port)
            for part in parts:
                group.create_task(self._for_ever(part))

    async def _stop(self, work: asyncio.Task[None]) -> None:
        """Finish the batches in hand, then close; every step is an optimisation, none a need (D11)."""
        self._relay.stop()
        with contextlib.suppress(Exception):
            await self._subscriptions.stop()
        # The relay's end ends the other parts; what still waits for PostgreSQL or Kafka has none.
        await asyncio.wait({work}, timeout=12 if self._started else 0)
        work.cancel()
        with contextlib.suppress(BaseException):
            await work
        with contextlib.suppress(Exception):
            async with asyncio.timeout(5):
                await self._service.app.state.application.close()
        with contextlib.suppress(Exception):
            async with asyncio.timeout(5):
                await self._pool.close()
        log.info("service.stopped")

    async def _watch(self) -> None:
        """Ends when a consumer's loop has ended; tells how late the loop is (D8, D10)."""
        while not self._subscriptions.ended():
            before = time.perf_counter()
            await asyncio.sleep(_WATCH_SECONDS)
            LOOP_LAG_SECONDS.set(max(0.0, time.perf_counter() - before - _WATCH_SECONDS))

    async def _look_at_readers(self) -> None:
        self._progress.look(await self._subscriptions.readings())
        try:
            await self._subscriptions.look_for_deleted()
        except KafkaError as error:
            log.warning("service.postponed", action="look_for_deleted", error=error)

    async def _retry_dead_letters(self) -> None:
        for consumer in self._consumers:
            await consumer.retry_dead_letters()

    async def _measure(self) -> None:
        try:
            await self._measure_database()
        except Exception:
            self._database.no()
            raise

    async def _measure_database(self) -> None:
        async with self._pool.acquire() as connection:
            row = await connection.fetchrow(_DEAD, record_class=_Dead)
            self._database.yes()
            waiting = await self._relay.waiting(connection)
        for source, found in waiting.items():
            OUTBOX_PENDING.labels(source).set(sum(one.pending for one in found))
            OUTBOX_AGE_SECONDS.labels(source).set(max((one.oldest_seconds for one in found), default=0.0))
        assert row is not None
        DLQ_MESSAGES.set(row.dead)

    async def _for_ever(self, part: Callable[[], Awaitable[None]]) -> None:
        name = str(part.args[1]) if isinstance(part, partial) else getattr(part, "__qualname__", "part")
        try:
            await part()
        except Exception as error:  # the group's own error would name neither
            log.error("service.part_failed", action=name, error=error)
            raise
        if not self.server.should_exit:  # a relay that was asked to stop returns
            log.error("service.part_returned", action=name)
        raise PartEnded(name)
