"""Today's counts are kept (0063)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from chassis.database import Pool
from chassis.periodic import periodically
from convocation.avancement import sql
from event_schemas.academies import NOMS, local_time

_SECONDS = 30.0


def counting(pool: Pool, clock: Callable[[], datetime]) -> Callable[[], Awaitable[None]]:
    """The loop that counts, twice a minute."""

    async def once() -> None:
        await keep_progress(pool, clock())

    return partial(periodically, _SECONDS, "progress", once)


async def keep_progress(pool: Pool, now: datetime) -> bool:
    """Count all sessions at `now` (aware). False where another process is at it."""
    today = {academie: local_time(academie, now).date() for academie in NOMS}
    async with pool.acquire() as connection, connection.transaction():
        return await sql.count(connection, today, local_time("", now).date(), now)
