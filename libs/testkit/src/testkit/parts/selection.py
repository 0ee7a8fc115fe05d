"""Which Kafka and which PostgreSQL: the one place that decides, never silently (IMAGIN_TEST_PARTS)."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from testkit.parts.errors import PartError
from testkit.parts.jars import Progress


class Part(Protocol):
    """A server that can be started, hurt and stopped."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def restart(self) -> None: ...
    def kill(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def rss_bytes(self) -> int: ...
    def ended(self) -> str | None:
        """Once it has ended and nobody stopped it: where its log is. None while it runs."""


class Kafka(Part, Protocol):
    @property
    def bootstrap(self) -> str: ...


class Postgres(Part, Protocol):
    @property
    def admin_url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """One Kafka and one PostgreSQL."""

    kafka: Kafka
    postgres: Postgres

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, *, once_postgres_is_up: Callable[[], Awaitable[None]] | None = None) -> None:
        """Both at the same time; Kafka takes longer. When anything fails, none is left running."""
        starting = self.kafka.start(), self._start_postgres(once_postgres_is_up)
        try:
            results = await asyncio.gather(*starting, return_exceptions=True)
        except BaseException:
            await self.stop()
            raise
        failures = [result for result in results if isinstance(result, BaseException)]
        if failures:
            await self.stop()
            raise failures[0]

    async def _start_postgres(self, then: Callable[[], Awaitable[None]] | None) -> None:
        await self.postgres.start()
        if then is not None:
            await then()

    async def stop(self) -> None:
        await asyncio.gather(self.kafka.stop(), self.postgres.stop())


def choose_parts(
    folder: Path | None = None,
    *,
    given: bool,
    brokers: int = 1,
    environ: Mapping[str, str] = os.environ,
    on_progress: Progress = lambda _: None,
) -> Parts:
    """Reads IMAGIN_TEST_PARTS (embedded, the default, or containers); starts nothing.

    `given`: the operator's IMAGIN_KAFKA_BOOTSTRAP and IMAGIN_DATABASE_URL win (the demo's; tests never use them).
    `folder`: where embedded parts keep data and logs; without it they are temporary. `brokers`: more than one are a
    cluster, embedded only.
    """
    choice = environ.get("IMAGIN_TEST_PARTS") or "embedded"
    if choice == "embedded":
        parts = _embedded(folder, brokers, on_progress)
    elif choice == "containers" and brokers == 1:
        parts = _containers(on_progress)
    elif choice == "containers":
        raise PartError("A cluster of several brokers is embedded only: unset IMAGIN_TEST_PARTS.")
    else:
        raise PartError(f"IMAGIN_TEST_PARTS is {choice!r}: it must be embedded or containers.")
    return _with_given(parts, environ) if given else parts


def _embedded(folder: Path | None, brokers: int, on_progress: Progress) -> Parts:
    from testkit.parts.cluster import KafkaCluster  # noqa: PLC0415
    from testkit.parts.kafka import EmbeddedKafka  # noqa: PLC0415  # only what is used is loaded
    from testkit.parts.postgres import EmbeddedPostgres  # noqa: PLC0415

    kafka: Kafka
    if brokers > 1:
        kafka = KafkaCluster(folder, on_progress, nodes=brokers)
    else:
        kafka = EmbeddedKafka(folder / "kafka" if folder else None, on_progress)
    return Parts(
        kafka,
        EmbeddedPostgres(folder / "postgres" if folder else None, on_progress),
    )


def _containers(on_progress: Progress) -> Parts:
    from testkit.parts.containers import ContainerKafka, ContainerPostgres  # noqa: PLC0415

    return Parts(ContainerKafka(on_progress), ContainerPostgres(on_progress))


def _with_given(parts: Parts, environ: Mapping[str, str]) -> Parts:
    from testkit.parts.given import GivenKafka, GivenPostgres  # noqa: PLC0415

    bootstrap, url = environ.get("IMAGIN_KAFKA_BOOTSTRAP"), environ.get("IMAGIN_DATABASE_URL")
    kafka: Kafka = GivenKafka(bootstrap) if bootstrap else parts.kafka
    postgres: Postgres = GivenPostgres(url) if url else parts.postgres
    return Parts(kafka, postgres)
