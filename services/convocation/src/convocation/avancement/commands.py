"""Today's counts are kept (0063)."""

from datetime import datetime

from chassis.database import Pool
from convocation.avancement import sql
from event_schemas.academies import NOMS, local_time


async def keep_progress(pool: Pool, now: datetime) -> bool:
    """Count all sessions at `now` (aware). False where another process is at it."""
    today = {academie: local_time(academie, now).date() for academie in NOMS}
    async with pool.acquire() as connection, connection.transaction():
        return await sql.count(connection, today, local_time("", now).date(), now)
