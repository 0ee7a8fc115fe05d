"""The purge of this service, and what operators do about one person: told, and erased (0061)."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from acces import conservation, personnes
from acces.conservation import Durees
from acces.personnes import Personne, Trouvee
from chassis.database import Connection, Pool
from convocation.conservation import sql


async def over(connection: Connection, durees: Durees, now: datetime) -> dict[str, int]:
    """By kind how many are past their term."""
    return await conservation.over(connection, sql.GENRES, durees, now)


async def purge(connection: Connection, durees: Durees, now: datetime) -> Mapping[str, int]:
    """Take what is past its term; by kind how many."""
    return await conservation.purge(connection, sql.GENRES, durees, now)


async def who(connection: Connection, numero: str) -> Trouvee | None:
    """The person of a number, with every entry that is hers."""
    return await sql.who(connection, numero)


async def hold(connection: Connection, numero: str) -> None:
    """Nobody convokes or changes her until the caller's transaction ends."""
    await sql.hold(connection, numero)


async def kept(connection: Connection, person: Personne) -> dict[str, list[dict[str, object]]]:
    """All that this service keeps of her, by table."""
    return await personnes.kept(connection, sql.LIEUX, person)


async def erase(connection: Connection, person: Personne) -> dict[str, int]:
    """Take all of it; by table how many rows."""
    return await personnes.erase(connection, sql.LIEUX, person)


def purging(pool: Pool, durees: Durees, clock: Callable[[], datetime]) -> Callable[[], Awaitable[None]]:
    """The loop that purges once a day."""
    return conservation.purging(pool, sql.GENRES, durees, clock)
