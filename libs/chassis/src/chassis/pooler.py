"""Whether PostgreSQL keeps a session for us: a pooler between must neither share it nor drop its settings.

Leadership is a lock of the session, statements are prepared in it, a reconciliation has its temporary tables, and the
limits of our waits are its settings (docs/decisions/0033).
"""

import asyncpg

from chassis.database import SERVER_SETTINGS, Connection, Row, connect

_SETTINGS = "SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name"
_SHARED = (
    "a pooler shares one session of PostgreSQL between two connections: set pool_mode=session, or connect to "
    "PostgreSQL directly (deploy/README.md)"
)
_FULL = "no more connections allowed"  # PgBouncer's words


class _Setting(Row):
    name: str
    value: str


class NoSession(Exception):
    """What is between us and PostgreSQL does not keep a session; the message says what to change."""


async def check_session(url: str) -> None:
    """Look once, at start. Raises NoSession; asyncpg's errors and OSError where there is no connection."""
    try:
        one = await connect(url)
    except asyncpg.ProtocolViolationError as error:
        if _FULL in str(error):
            raise  # it has room again one day
        raise NoSession(
            "a pooler refuses the settings of our sessions: put them into its ignore_startup_parameters, with "
            "pool_mode=session, or connect to PostgreSQL directly (deploy/README.md)"
        ) from None
    try:
        await _check_not_shared(one, url)
        await _check_settings(one)
    except (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError):
        raise NoSession(_SHARED) from None  # it was prepared in another session
    finally:
        one.terminate()


async def _check_not_shared(one: Connection, url: str) -> None:
    """Two connections that are open at once have a backend each, unless a pooler hands them round by transaction."""
    other = await connect(url)
    try:
        for _ in range(3):
            first: int = await one.fetchval("SELECT pg_backend_pid()")
            async with other.transaction():
                if await other.fetchval("SELECT pg_backend_pid()") == first:
                    raise NoSession(_SHARED)
    finally:
        other.terminate()


async def _check_settings(connection: Connection) -> None:
    rows = await connection.fetch(_SETTINGS, list(SERVER_SETTINGS), record_class=_Setting)
    wrong = sorted(row.name for row in rows if row.value != SERVER_SETTINGS[row.name])
    if wrong:
        raise NoSession(
            f"a pooler drops the settings of our sessions ({', '.join(wrong)}): `imagin-ops db create` gives them to "
            "the role, or connect to PostgreSQL directly (deploy/README.md)"
        )
