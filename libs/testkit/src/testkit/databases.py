"""Fresh databases on a running PostgreSQL: empty ones, or a service's with its roles and migrations."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from chassis.migrations import migrate, of_service

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class ServiceDatabase:
    """`url` is the service's own role (reads and writes rows); `owner_url` owns the tables and runs migrations."""

    url: str
    owner_url: str


async def create_database(admin_url: str, name: str, *, owner: str | None = None) -> str:
    """An empty database; returns its administrator's URL."""
    connection = await asyncpg.connect(admin_url)
    try:
        owned = f" OWNER {_checked(owner)}" if owner else ""
        await connection.execute(f"CREATE DATABASE {_checked(name)}{owned} TEMPLATE template0 ENCODING 'UTF8'")
    finally:
        await connection.close()
    return with_database(admin_url, name)


async def drop_database(admin_url: str, name: str) -> None:
    """Also when somebody is still connected."""
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {_checked(name)} WITH (FORCE)")
    finally:
        await connection.close()


async def create_service_database(
    admin_url: str, package: str, *, name: str | None = None, password: str
) -> ServiceDatabase:
    """Roles `<package>_owner` and `<package>` (rows only), the database, and all migrations of the service."""
    name, owner = name or package, f"{package}_owner"
    await _ensure_roles(admin_url, [package, owner], password)
    admin_of_it = await create_database(admin_url, name, owner=owner)
    owner_url = with_user(admin_of_it, owner, password)
    await _grant(admin_of_it, name=name, owner=owner, role=package)
    connection = await asyncpg.connect(owner_url)
    try:
        await migrate(connection, of_service(package))
    finally:
        await connection.close()
    return ServiceDatabase(with_user(admin_of_it, package, password), owner_url)


async def _ensure_roles(admin_url: str, roles: list[str], password: str) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        for role in roles:
            quoted = await connection.fetchval("SELECT quote_literal($1::text)", password)
            try:
                await connection.execute(f"CREATE ROLE {_checked(role)} LOGIN PASSWORD {quoted}")
            except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
                await connection.execute(f"ALTER ROLE {_checked(role)} LOGIN PASSWORD {quoted}")
    finally:
        await connection.close()


async def _grant(admin_url: str, *, name: str, owner: str, role: str) -> None:
    rows = "SELECT, INSERT, UPDATE, DELETE ON TABLES"
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(f"""
            REVOKE ALL ON DATABASE {_checked(name)} FROM PUBLIC;
            GRANT CONNECT ON DATABASE {_checked(name)} TO {_checked(role)};
            GRANT USAGE ON SCHEMA public TO {_checked(role)};
            ALTER DEFAULT PRIVILEGES FOR ROLE {_checked(owner)} IN SCHEMA public GRANT {rows} TO {_checked(role)};
            ALTER DEFAULT PRIVILEGES FOR ROLE {_checked(owner)} IN SCHEMA public
                GRANT USAGE, SELECT ON SEQUENCES TO {_checked(role)};
        """)
    finally:
        await connection.close()


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def with_user(url: str, user: str, password: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{place}"))


def _checked(name: str) -> str:
    """Names are put into SQL text: only what needs no quoting passes."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a database or role name: {name!r}")
    return name
