"""Databases and roles of the services (D31): an owner that migrates, an app role that only reads and writes rows."""

import re
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from chassis import migrations
from imagin_cli.services import ServiceSpec

_PASSWORD = re.compile(r"[A-Za-z0-9_-]{16,}")


async def create_database(admin_url: str, service: ServiceSpec, password: str) -> str:
    """Create what is missing of the service's database and roles, apply its migrations; returns the app role's URL."""
    if not _PASSWORD.fullmatch(password):
        raise ValueError("a password has 16 characters or more of A-Z a-z 0-9 _ -")
    name = service.package
    connection = await asyncpg.connect(admin_url)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", f"{name}_owner"):
            await connection.execute(f"CREATE ROLE {name}_owner NOLOGIN; GRANT {name}_owner TO CURRENT_USER")
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
            await connection.execute(f"CREATE ROLE {name} LOGIN")
        await connection.execute(f"ALTER ROLE {name} PASSWORD '{password}'")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f"CREATE DATABASE {name} OWNER {name}_owner")
            await connection.execute(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
            await connection.execute(f"GRANT CONNECT ON DATABASE {name} TO {name}")
    finally:
        await connection.close()
    await migrate(admin_url, service)
    return of_database(admin_url, name, user=name, password=password)


async def migrate(admin_url: str, service: ServiceSpec) -> list[str]:
    """Apply the service's pending migrations as its owner; returns their names."""
    connection = await asyncpg.connect(of_database(admin_url, service.package))
    owner, app = f"{service.package}_owner", service.package
    try:
        await connection.execute(f"ALTER SCHEMA public OWNER TO {owner}; SET ROLE {owner}")
        await connection.execute(f"ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}")
        return await migrations.migrate(connection, migrations.of_service(service.package))
    finally:
        await connection.close()


async def pending(admin_url: str, service: ServiceSpec) -> list[str] | None:
    """Names of the migrations to apply, or None where the database does not exist."""
    try:
        connection = await asyncpg.connect(of_database(admin_url, service.package))
    except asyncpg.InvalidCatalogNameError:
        return None
    try:
        todo = await migrations.pending(connection, migrations.of_service(service.package))
        return [migration.name for migration in todo]
    finally:
        await connection.close()


def of_database(url: str, database: str, *, user: str | None = None, password: str = "") -> str:
    """`url` for another database, and another user where one is given."""
    parts = urlsplit(url)
    netloc = parts.netloc
    if user is not None:
        netloc = f"{user}:{password}@{netloc.rpartition('@')[2]}"
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}"))
