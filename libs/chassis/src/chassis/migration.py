"""Applies dbmate-format SQL files (`-- migrate:up` / `-- migrate:down`) under an advisory lock.

The table is dbmate's own (`schema_migrations(version)`), so that its stock binary can run the same files. Ours,
because Python with pip is enough to start (0011): dbmate is a binary, and the Python libraries have forms of their own.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

import asyncpg

from chassis.database import Connection, Row

_LOCK = 4_207_001
_TRIES = 30
_WAIT_SECONDS = 1
# While a migration waits for a table, everybody who wants that table waits behind it: not longer than this.
_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '2s'"
_SECTIONS = re.compile(r"^-- migrate:(up|down)[^\n]*\n", re.MULTILINE)
_HISTORY = "CREATE TABLE IF NOT EXISTS schema_migrations (version varchar(128) PRIMARY KEY)"


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its version is the name up to the first underscore."""

    version: str
    name: str
    up: str


class Schema(NamedTuple):
    """A database against the code: migrations to apply (names), and those applied that the code does not know.

    `unknown`: versions; newer code has migrated the database.
    """

    pending: list[str]
    unknown: list[str]


class _Applied(Row):
    version: str


def of_packages(packages: Sequence[str]) -> list[Migration]:
    """The files in `<package>/migrations` of each package, in order of version within a package."""
    return [one for package in packages for one in _of_folder(files(package) / "migrations")]


def of_service(package: str) -> list[Migration]:
    """What makes the service's database: the packages that its `MIGRATIONS` names, libraries first."""
    packages: Sequence[str] = import_module(package).MIGRATIONS
    return of_packages(packages)


def _of_folder(folder: Traversable) -> list[Migration]:
    found = [_read(file) for file in folder.iterdir() if file.name.endswith(".sql")]
    return sorted(found, key=lambda migration: migration.version)


def _read(file: Traversable) -> Migration:
    parts = _SECTIONS.split(file.read_text(encoding="utf-8"))
    if len(parts) < 3 or parts[1] != "up":
        raise ValueError(f"{file.name} has no « -- migrate:up » section")
    return Migration(file.name.split("_", 1)[0], file.name, parts[2])


async def pending(connection: Connection, migrations: list[Migration]) -> list[Migration]:
    """Those not applied yet; all of them where the history table does not exist."""
    applied = await _applied(connection)
    return [migration for migration in migrations if migration.version not in applied]


async def schema(connection: Connection, migrations: list[Migration]) -> Schema:
    """What is to be applied, and what only other code knows."""
    applied = await _applied(connection)
    known = {migration.version for migration in migrations}
    todo = [migration.name for migration in migrations if migration.version not in applied]
    return Schema(todo, sorted(applied - known))


async def differs(connection: Connection, migrations: list[Migration]) -> bool:
    """Whether the schema is another one than these migrations make: older, or already that of a later release."""
    return await _applied(connection) != {migration.version for migration in migrations}


async def _applied(connection: Connection) -> set[str]:
    if await connection.fetchval("SELECT to_regclass('schema_migrations')") is None:
        return set()
    rows = await connection.fetch("SELECT version FROM schema_migrations", record_class=_Applied)
    return {row.version for row in rows}


async def migrate(connection: Connection, migrations: list[Migration]) -> list[str]:
    """Apply what is pending, each in its own transaction; two runners at once take turns.

    A file that meets the running services' locks is taken back and tried again, thirty times (0031).
    Returns the names applied. Raises asyncpg.PostgresError of the failing file; earlier ones stay applied.
    """
    await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
    try:
        await connection.execute(_HISTORY)
        todo = await pending(connection, migrations)
        for migration in todo:
            await _apply(connection, migration)
        return [migration.name for migration in todo]
    finally:
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def _apply(connection: Connection, migration: Migration) -> None:
    for left in reversed(range(_TRIES)):
        try:
            async with connection.transaction():
                await connection.execute(_LOCK_TIMEOUT)
                await connection.execute(migration.up)
                await connection.execute("INSERT INTO schema_migrations (version) VALUES ($1)", migration.version)
                return
        except (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError):
            if not left:
                raise
        await asyncio.sleep(_WAIT_SECONDS)
