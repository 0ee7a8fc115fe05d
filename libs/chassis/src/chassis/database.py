"""The asyncpg pool, with a limit on every wait (D30), and which errors are worth another try (D23)."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from inspect import get_annotations
from operator import itemgetter
from typing import TYPE_CHECKING, Never, TypeAlias, TypeVar
from uuid import UUID

import asyncpg
from asyncpg.pgproto import pgproto
from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = asyncpg.Connection | PoolConnectionProxy
"""An asyncpg connection, or the pool's proxy of one."""
Pool: TypeAlias = asyncpg.Pool


class Row(asyncpg.Record):
    """A row with named, typed columns: a subclass declares them, and a query names the subclass.

        class Courriel(Row):
            convocation_id: UUID
            version: int

        courriels = await connection.fetch(SQL, record_class=Courriel)  # list[Courriel]

    The columns are asyncpg's own values: a test run compares them with the annotations (testkit.rows).
    """

    __slots__ = ()

    if TYPE_CHECKING:  # row["version"] would be Any, whatever the name: mypy refuses it

        def __getitem__(self, key: Never, /) -> Never: ...  # type: ignore[override]

    def __init_subclass__(cls) -> None:
        for name in get_annotations(cls):  # properties: a tenth of the time of __getattr__, and mypy sees a wrong name
            setattr(cls, name, property(itemgetter(name)))

    def only(self, *names: str) -> dict[str, object]:
        """These columns by name, as an API or the audit tells them."""
        return {name: getattr(self, name) for name in names}


R = TypeVar("R", bound=Row)
SERVER_SETTINGS = {
    "statement_timeout": "15s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
}

# SQLSTATE classes and codes that another try can mend: connection, authorization (a password is being replaced),
# rollback (deadlock, serialization), resources, not available now (lock), operator intervention (shutdown, cancel),
# system; a server that only reads is replaced by one that writes, and a database that is gone is being restored.
_TRANSIENT_CLASSES = ("08", "28", "40", "53", "55", "57", "58")
# A prepared statement that is no longer what it was: the schema or the connection behind it has changed. The next try
# prepares it anew.
_STATEMENT_GONE = (
    asyncpg.InvalidCachedStatementError,
    asyncpg.InvalidSQLStatementNameError,  # 26000
    asyncpg.DuplicatePreparedStatementError,  # 42P05
)
_MENDED = (*_STATEMENT_GONE, asyncpg.ReadOnlySQLTransactionError, asyncpg.InvalidCatalogNameError)


# InternalClientError: asyncpg's protocol was cut in the middle (« cannot switch to state … »).
_LOST = (OSError, asyncio.TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError)


def is_transient(error: BaseException) -> bool:
    """True for what time can mend: lost or refused connections, deadlocks, locks, time limits, a restarting server."""
    if isinstance(error, asyncpg.PostgresError):
        return isinstance(error, _MENDED) or (error.sqlstate or "")[:2] in _TRANSIENT_CLASSES
    return isinstance(error, (*_LOST, ConcurrentWrite))


def refused_by_schema(error: BaseException) -> str | None:
    """What the schema lacks or forbids, in PostgreSQL's words, where a statement does not fit it (class 42).

    It meets every record alike: the code is newer or older than the schema, and no record is to blame. The words name
    tables, columns and functions, never a value.
    """
    if isinstance(error, asyncpg.PostgresError) and (error.sqlstate or "").startswith("42") and not is_transient(error):
        return str(error.args[0])
    return None


def can_wait(error: BaseException) -> bool:
    """True for what time or an operator will mend: what is transient, and a schema that is not the code's."""
    return is_transient(error) or isinstance(error, SchemaDiffers) or refused_by_schema(error) is not None


class SchemaDiffers(Exception):
    """The schema is another release's and refuses what this code writes (0031). The message names no value."""


class ConcurrentWrite(Exception):
    """Another process wrote the same aggregate meanwhile: the batch is read again and finds it known."""


async def copy_new(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """COPY rows that nobody has yet: half the time of an INSERT from arrays (docs/decisions/0014).

    Behind a row policy, where PostgreSQL refuses COPY, they are inserted; so is one alone, in one round trip instead of
    three. Raises ConcurrentWrite when somebody has one of them after all.
    """
    records = [*rows]
    if not records:
        return
    try:
        if len(records) == 1 or bool(await connection.fetchval("SELECT row_security_active($1)", table)):
            places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
            await connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", records)
        else:
            await connection.copy_records_to_table(table, columns=columns, records=records)
    except asyncpg.UniqueViolationError:
        raise ConcurrentWrite from None


async def update_all(connection: Connection, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    """UPDATE each of `rows`, given to `statement` as one array a column.

    Raises ConcurrentWrite when one of them is not as it was read.
    """
    if rows and await connection.execute(statement, *map(list, zip(*rows, strict=True))) != f"UPDATE {len(rows)}":
        raise ConcurrentWrite


async def fetch_all(
    connection: Connection, statement: str, rows: Sequence[tuple[object, ...]], *more: object, record_class: type[R]
) -> list[R]:
    """As `update_all`, with `more` arguments after the arrays; returns what the UPDATE returns."""
    if not rows:
        return []
    returned: list[R] = await connection.fetch(
        statement, *map(list, zip(*rows, strict=True)), *more, record_class=record_class
    )
    if len(returned) != len(rows):
        raise ConcurrentWrite
    return returned


def create_pool(url: str, *, size: int = 10) -> asyncpg.Pool:
    """A pool that connects when it is first used: `await pool` opens it, also while PostgreSQL is down.

    What a transaction does not end itself (locks and tables of the session) is for `own_session` alone.
    """
    return asyncpg.create_pool(
        url,
        min_size=0,  # a pool that failed to make its first connections cannot be opened again
        max_size=size,
        command_timeout=20,
        timeout=5,
        max_inactive_connection_lifetime=60,
        server_settings=SERVER_SETTINGS,
        init=_use_plain_uuids,
        reset=_leave,
    )


async def _leave(_: Connection) -> None:
    """asyncpg has rolled back what was open. Its own reset is one more statement each time, for what nobody left."""


@asynccontextmanager
async def own_session(pool: Pool) -> AsyncIterator[Connection]:
    """A connection of the pool of which nothing is left afterwards: locks, tables and settings of its session go."""
    async with pool.acquire() as connection:
        try:
            yield connection
        finally:
            try:
                await connection.reset()
            except BaseException:
                connection.terminate()
                raise


async def _use_plain_uuids(connection: Connection) -> None:
    """asyncpg reads UUIDs as a class of its own, which JSON serialisers do not know; ours are the standard ones."""
    await connection.set_type_codec(
        "uuid",
        schema="pg_catalog",
        encoder=_uuid_bytes,
        decoder=lambda value: UUID(bytes=value),
        format="binary",
    )


def _uuid_bytes(value: UUID | str) -> bytes:
    """A text is made a UUID as asyncpg does: in a tenth of the time of Python's own."""
    made: bytes = (value if isinstance(value, UUID) else pgproto.UUID(value)).bytes
    return made


def quick_uuid(of: bytes) -> UUID:
    """asyncpg's own class, for who makes thousands of rows: made, written and sent in a fifth of the time."""
    made: UUID = pgproto.UUID(of)
    return made


async def connect(url: str, *, command_seconds: float | None = 20, **server_settings: str) -> asyncpg.Connection:
    """One connection outside the pool, for work that must own its session (the relay's leadership)."""
    connection = await asyncpg.connect(url, timeout=5, command_timeout=command_seconds, server_settings=SERVER_SETTINGS)
    await _use_plain_uuids(connection)
    for name, value in server_settings.items():  # not at the start: a pooler may drop there what it does not know
        await connection.execute("SELECT set_config($1, $2, false)", name, value)
    return connection
