"""What is kept for a term, and taken in small batches after it (0061): the kinds that every service has."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from prometheus_client import Counter
from pydantic import Field
from pydantic_settings import BaseSettings

from acces import personnes
from acces.personnes import Lieu, Personne, Version
from chassis.database import Connection, Pool
from chassis.periodic import periodically

PURGED = Counter("imagin_purged", "Rows taken after their term, by kind", ["genre"])
_BATCH = 1_000
_SECONDS = 86_400.0
_YEARS = 3_660
SEASON = 401
"""Days: whoever forgot an event earlier than its topic does would take it for news when it is read again."""


class Durees(BaseSettings):
    """How many days things are kept. A service adds its own, `keep_<kind>_days`.

    The first base of a service's settings: of what two bases configure, the last one's counts.
    """

    keep_dead_letters_days: int = Field(default=180, ge=30, le=_YEARS, description="dead letters, once they are closed")
    keep_audit_days: int = Field(default=1_830, ge=SEASON, le=_YEARS, description="acts of the audit, by sealed days")


@dataclass(frozen=True, slots=True)
class Genre:
    """A kind: `nom` as its setting has it; the statement that takes what is over at $1, $2 rows at most.

    It gives how many it took. Rows that somebody holds are passed over: nobody waits for the purge.
    """

    nom: str
    retire: str


def lignes(nom: str, table: str, condition: str) -> Genre:
    """The rows of a table of its own, by a condition on $1."""
    chosen = f"SELECT ctid FROM {table} WHERE {condition} LIMIT $2 FOR UPDATE SKIP LOCKED"
    return Genre(
        nom,
        f"WITH pris AS (DELETE FROM {table} WHERE ctid = ANY (ARRAY({chosen})) RETURNING 1) SELECT count(*) FROM pris",
    )


COMMUNS = (
    lignes("dead_letters", "dead_letter", "state NOT IN ('OPEN', 'RETRY') AND changed_at < $1"),
    Genre(
        "audit",
        # One at a time: two would take the same day.
        """SELECT coalesce(audit_purger($1::timestamptz::date), 0)
           FROM (SELECT pg_advisory_xact_lock(4207011)) AS seul WHERE $2::int > 0""",
    ),
)


def jours(durees: Durees, genre: Genre) -> int:
    """For how many days it is kept."""
    days: int = getattr(durees, f"keep_{genre.nom}_days")
    return days


@dataclass(frozen=True, slots=True)
class Conservation:
    """What a service keeps: its kinds, where something of a person stands, and what it has read of her convocations.

    `lues`: a query of convocation_id and the newest version read; empty where the service writes them itself.
    """

    genres: Sequence[Genre]
    lieux: Sequence[Lieu]
    lues: str = ""

    async def over(self, connection: Connection, durees: Durees, now: datetime) -> dict[str, int]:
        """By kind how many `purge` would take. It is done and undone: what goes last hangs on what went before."""
        transaction = connection.transaction()
        await transaction.start()
        try:
            taken = {genre.nom: 0 for genre in self.genres}
            async for nom, count in _taken(connection, self.genres, durees, now):
                taken[nom] += count
            return taken
        finally:
            await transaction.rollback()

    async def purge(self, connection: Connection, durees: Durees, now: datetime) -> dict[str, int]:
        """Take what is past its term, each batch in a transaction of its own; returns how many of each kind."""
        taken: dict[str, int] = {}
        async for nom, count in _taken(connection, self.genres, durees, now):
            taken[nom] = taken.get(nom, 0) + count
            PURGED.labels(nom).inc(count)
        return taken

    def purging(self, pool: Pool, durees: Durees, clock: Callable[[], datetime]) -> Callable[[], Awaitable[None]]:
        """The loop that purges once a day, and when the service starts."""

        async def once() -> None:
            async with pool.acquire() as connection:
                await self.purge(connection, durees, clock())

        return partial(periodically, _SECONDS, "purge", once)

    async def kept(self, connection: Connection, who: Personne) -> dict[str, list[dict[str, object]]]:
        """All that the service keeps of her, by table."""
        return await personnes.kept(connection, self.lieux, who)

    async def erase(self, connection: Connection, who: Personne) -> dict[str, int]:
        """Take all of it, in the caller's transaction; by table how many rows."""
        return await personnes.erase(connection, self.lieux, who)

    async def behind(self, connection: Connection, versions: Sequence[Version]) -> bool:
        """Whether the service has still to read, or to tell, one of these."""
        return bool(self.lues) and await personnes.behind(connection, versions, self.lues)


async def _taken(
    connection: Connection, genres: Sequence[Genre], durees: Durees, now: datetime
) -> AsyncIterator[tuple[str, int]]:
    for genre in genres:
        limit = now - timedelta(days=jours(durees, genre))
        while count := int(await connection.fetchval(genre.retire, limit, _BATCH)):
            yield genre.nom, count
