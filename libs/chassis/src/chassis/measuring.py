"""What a process sees of PostgreSQL and Kafka: asked when Prometheus asks, so no figure is ever old."""

import time
from collections.abc import Callable

from chassis import connecting
from chassis.database import Pool
from chassis.metrics import DATABASE_UP, KAFKA_CONNECTS, KAFKA_UP, POOL_CONNECTIONS, POOL_MAX_CONNECTIONS, POOL_WAITING

ANSWERED_SECONDS = 4.0  # a broker answers a reader twice a second, also when it has nothing


class Answering:
    """Whether PostgreSQL answers: it is asked every `seconds`, and nobody waits for the end of an answer that hangs."""

    def __init__(self, seconds: float) -> None:
        self._limit = seconds + ANSWERED_SECONDS
        self._answered = 0.0

    def yes(self) -> None:
        """It has answered now."""
        self._answered = time.monotonic()

    def no(self) -> None:
        """It has failed now."""
        self._answered = 0.0

    @property
    def up(self) -> bool:
        return bool(self._answered) and time.monotonic() - self._answered < self._limit


def measure_parts(database: Answering, kafka_silent_seconds: Callable[[], float]) -> None:
    """The metrics say from here on whether both answer."""
    DATABASE_UP.set_function(lambda: database.up)
    KAFKA_UP.set_function(lambda: kafka_silent_seconds() < ANSWERED_SECONDS)


def measure_connections() -> None:
    """The metrics count what comes of this process's connections to brokers."""
    connecting.tell = lambda result: KAFKA_CONNECTS.labels(result).inc()


def measure_pool(pool: Pool) -> None:
    """The metrics follow `pool` from here on, also before it is open."""
    POOL_CONNECTIONS.labels("used").set_function(lambda: pool.get_size() - pool.get_idle_size())
    POOL_CONNECTIONS.labels("idle").set_function(pool.get_idle_size)
    POOL_MAX_CONNECTIONS.set(pool.get_max_size())
    POOL_WAITING.set_function(lambda: _waiting(pool))


def _waiting(pool: Pool) -> int:
    """asyncpg does not tell it: whoever finds no connection free waits at its queue, which is there once it is open."""
    queue = pool._queue  # type: ignore[attr-defined]  # noqa: SLF001
    return len(queue._getters) if queue else 0  # noqa: SLF001
