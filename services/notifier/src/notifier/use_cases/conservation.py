"""The purge of this service, and what operators do about one person: told, and erased (0061)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from acces import conservation, personnes
from acces.conservation import Durees
from acces.personnes import Personne, Version
from chassis.database import Connection, Pool
from notifier.persistence.conservation import GENRES, LIEUX, LUES


async def over(connection: Connection, durees: Durees, now: datetime) -> dict[str, int]:
    """By kind how many are past their term."""
    return await conservation.over(connection, GENRES, durees, now)


async def purge(connection: Connection, durees: Durees, now: datetime) -> Mapping[str, int]:
    """Take what is past its term; by kind how many."""
    return await conservation.purge(connection, GENRES, durees, now)


async def behind(connection: Connection, versions: Sequence[Version]) -> bool:
    """Whether one of these is still to be read."""
    return await personnes.behind(connection, versions, LUES)


async def kept(connection: Connection, person: Personne) -> dict[str, list[dict[str, object]]]:
    """All that this service keeps of her, by table."""
    return await personnes.kept(connection, LIEUX, person)


async def erase(connection: Connection, person: Personne) -> dict[str, int]:
    """Take all of it; by table how many rows."""
    return await personnes.erase(connection, LIEUX, person)


def purging(pool: Pool, durees: Durees, clock: Callable[[], datetime]) -> Callable[[], Awaitable[None]]:
    """The loop that purges once a day."""
    return conservation.purging(pool, GENRES, durees, clock)
