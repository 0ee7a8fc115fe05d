"""The pool of connections as Prometheus sees it: asked when it asks, so no figure is ever old."""

from chassis.database import Pool
from chassis.metrics import POOL_CONNECTIONS, POOL_MAX_CONNECTIONS, POOL_WAITING


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
