"""The asyncpg pool, with a limit on every wait (D30), and which errors are worth another try (D23)."""

import asyncio
from typing import Any

import asyncpg

Connection = asyncpg.Connection
"""An asyncpg connection, or the pool's proxy of one."""

SERVER_SETTINGS = {
    "statement_timeout": "15s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
}

# SQLSTATE classes and codes that another try can mend: connection, rollback (deadlock, serialization),
# resources, not available now (lock), operator intervention (shutdown, cancel), system.
_TRANSIENT_CLASSES = ("08", "40", "53", "55", "57", "58")


def is_transient(error: BaseException) -> bool:
    """True for what time can mend: lost connections, deadlocks, locks, time limits, a restarting server."""
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "")[:2] in _TRANSIENT_CLASSES
    return isinstance(error, (OSError, asyncio.TimeoutError, asyncpg.InterfaceError, ConcurrentWrite))


class ConcurrentWrite(Exception):
    """Another process wrote the same new aggregate meanwhile: the batch is read again and finds it known."""


def create_pool(url: str, *, size: int = 10) -> asyncpg.Pool:
    """A pool that is not open yet (`await pool` opens it), so that HTTP can answer before PostgreSQL does."""
    return asyncpg.create_pool(
        url,
        min_size=2,
        max_size=size,
        command_timeout=20,
        timeout=5,
        max_inactive_connection_lifetime=60,
        server_settings=SERVER_SETTINGS,
    )


async def connect(url: str, **server_settings: str) -> Any:
    """One connection outside the pool, for work that must own its session (the relay's leadership)."""
    return await asyncpg.connect(url, timeout=5, command_timeout=20, server_settings=SERVER_SETTINGS | server_settings)
