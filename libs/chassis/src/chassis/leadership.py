"""One leader a database: a session's advisory lock; the leader works through the connection that holds it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from chassis.database import Connection, connect

_RETRY_SECONDS = 0.5


@asynccontextmanager
async def leadership(
    url: str, lock: int, *, silence_seconds: float, stays: Callable[[], bool] = lambda: True
) -> AsyncIterator[Connection | None]:
    """Wait for the lock, then give the connection that holds it; None when the candidate no longer `stays`.

    A leader that says nothing on it for `silence_seconds` (stopped, hung) loses the session, and with it the lock.
    """
    connection = await connect(url, idle_session_timeout=f"{round(silence_seconds)}s")
    try:
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", lock):
            await asyncio.sleep(_RETRY_SECONDS)
            if not stays():
                yield None
                return
        yield connection
    finally:
        connection.terminate()
