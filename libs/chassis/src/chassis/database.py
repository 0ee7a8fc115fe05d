"""The asyncpg pool, with a limit on every wait (D30), and which errors are worth another try (D23)."""

import asyncio
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

Connection: TypeAlias = Any  # asyncpg ships no types
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
        init=_use_plain_uuids,
    )


async def _use_plain_uuids(connection: Connection) -> None:
    """asyncpg reads UUIDs as a class of its own, which JSON serialisers do not know; ours are the standard ones."""
    await connection.set_type_codec(
        "uuid",
        schema="pg_catalog",
        encoder=lambda value: (value if isinstance(value, UUID) else UUID(value)).bytes,
        decoder=lambda value: UUID(bytes=value),
        format="binary",
    )


async def connect(url: str, **server_settings: str) -> Any:
    """One connection outside the pool, for work that must own its session (the relay's leadership)."""
    settings = SERVER_SETTINGS | server_settings
    connection = await asyncpg.connect(url, timeout=5, command_timeout=20, server_settings=settings)
    await _use_plain_uuids(connection)
    return connection
