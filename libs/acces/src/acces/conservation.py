"""What is kept for a term, and taken in small batches after it (0061): the kinds that every service has."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from prometheus_client import Counter
from pydantic import Field
from pydantic_settings import BaseSettings

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
    """A kind: `nom` as its setting has it; statements that count, and take, what is over at $1, $2 rows at most.

    `retire` gives how many it took. Rows that somebody holds are passed over: nobody waits for the purge.
    """

    nom: str
    compte: str
    retire: str


def lignes(nom: str, table: str, condition: str) -> Genre:
    """The rows of a table of its own, by a condition on $1."""
    chosen = f"SELECT ctid FROM {table} WHERE {condition} LIMIT $2 FOR UPDATE SKIP LOCKED"
    return Genre(
        nom,
        f"SELECT count(*) FROM {table} WHERE {condition}",
        f"WITH pris AS (DELETE FROM {table} WHERE ctid = ANY (ARRAY({chosen})) RETURNING 1) SELECT count(*) FROM pris",
    )


COMMUNS = (
    lignes("dead_letters", "dead_letter", "state NOT IN ('OPEN', 'RETRY') AND changed_at < $1"),
    Genre(
        "audit",
        """SELECT count(*) FROM audit
           WHERE id <= (SELECT max(jusqu_a) FROM audit_sceau WHERE jour < $1::timestamptz::date)""",
        "SELECT coalesce(audit_purger($1::timestamptz::date), 0) WHERE $2::int > 0",
    ),
)


def jours(durees: Durees, genre: Genre) -> int:
    """For how many days it is kept."""
    days: int = getattr(durees, f"keep_{genre.nom}_days")
    return days


async def over(connection: Connection, genres: Sequence[Genre], durees: Durees, now: datetime) -> dict[str, int]:
    """By kind how many are past their term: what `purge` would take. It takes nothing."""
    found: dict[str, int] = {}
    for genre in genres:
        count: int = await connection.fetchval(genre.compte, now - timedelta(days=jours(durees, genre)))
        found[genre.nom] = found.get(genre.nom, 0) + count
    return found


async def purge(connection: Connection, genres: Sequence[Genre], durees: Durees, now: datetime) -> Mapping[str, int]:
    """Take what is past its term, each batch in a transaction of its own; returns how many of each kind."""
    taken: dict[str, int] = {}
    for genre in genres:
        limit = now - timedelta(days=jours(durees, genre))
        while count := int(await connection.fetchval(genre.retire, limit, _BATCH)):
            taken[genre.nom] = taken.get(genre.nom, 0) + count
            PURGED.labels(genre.nom).inc(count)
    return taken


def purging(
    pool: Pool, genres: Sequence[Genre], durees: Durees, clock: Callable[[], datetime]
) -> Callable[[], Awaitable[None]]:
    """The loop of a service that purges once a day, and when it starts."""

    async def once() -> None:
        async with pool.acquire() as connection:
            await purge(connection, genres, durees, clock())

    return partial(periodically, _SECONDS, "purge", once)
