"""The states of missions that changed are kept again (0056)."""

from chassis.database import Pool
from convocation.listes import sql

_SLICE = 2_000  # missions: two tenths of a second of PostgreSQL


async def keep_states(pool: Pool, lot: int) -> bool:
    """Keep those of some marked missions; `lot`: the copies a person corrects. False where none was marked."""
    async with pool.acquire() as connection, connection.transaction():
        return await sql.keep_again(connection, lot, _SLICE) > 0
