"""A service's database and its roles (D31, D40): owner, app, and the acteurs'.

The owner only migrates. The app role only touches rows: consumers and all that nobody asks for run as it, past every
row policy. The acteurs' roles have no login: what a person's request does is done as one of them, behind the policies
(0040).
"""

import re
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from chassis import migration
from chassis.database import SERVER_SETTINGS

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_PASSWORD = re.compile(r"[A-Za-z0-9_-]{16,}")
_CONNECT_SECONDS = 5
_GROUPS = {"acteur": None, "agent": "acteur", "intervenant": "acteur"}
_GROUPS |= dict.fromkeys(("nation", "academie", "etablissement"), "agent")
"""A role for each kind of reach, in the group whose grants and policies it has too."""
_ROWS = "SELECT, INSERT, UPDATE, DELETE ON TABLES"


async def create_service_database(admin_url: str, package: str, *, password: str, name: str | None = None) -> str:
    """Create what is missing of the roles and the database, migrate; returns the app role's URL.

    `name`: the database's, the package's by default. Raises ValueError for a password that is short or needs quoting.
    """
    if not _PASSWORD.fullmatch(password):
        raise ValueError("a password has 16 characters or more of A-Z a-z 0-9 _ -")
    database, owner, app = checked(name or package), f"{checked(package)}_owner", package
    connection = await _connect(admin_url)
    try:
        for role in (owner, app):
            await _create_role(connection, role)
        await connection.execute(f"ALTER ROLE {app} LOGIN PASSWORD '{password}'; GRANT {owner} TO CURRENT_USER")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            encoding = "TEMPLATE template0 ENCODING 'UTF8'"
            await connection.execute(f"CREATE DATABASE {database} OWNER {owner} {encoding}")
        for setting, value in SERVER_SETTINGS.items():  # a pooler may drop them at the start of a session (0033)
            await connection.execute(f"ALTER ROLE {app} SET {setting} = '{value}'")
        await connection.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
        await connection.execute(f"GRANT CONNECT ON DATABASE {database} TO {app}")
    finally:
        await connection.close()
    await migrate(admin_url, package, name=name)
    return with_user(with_database(admin_url, database), app, password)


async def migrate(admin_url: str, package: str, *, name: str | None = None) -> list[str]:
    """Apply pending migrations as the owner, whose tables the app role may read and write; returns their names."""
    connection = await _connect(with_database(admin_url, name or package))
    owner = f"{checked(package)}_owner"
    try:
        await _make_acteurs(connection, package)
        await connection.execute(f"ALTER SCHEMA public OWNER TO {owner}; SET ROLE {owner}")
        await connection.execute(f"GRANT USAGE ON SCHEMA public TO {package}, {package}_acteur")
        # tables of a session only: what is compared set by set is copied there
        await connection.execute(f"GRANT TEMPORARY ON DATABASE {checked(name or package)} TO {package}")
        await connection.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {_ROWS} TO {package}")
        done = await migration.migrate(connection, migration.of_service(package))
        await connection.execute(f"REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM {package}")
        await connection.execute(f"GRANT SELECT ON schema_migrations TO {package}")
        await connection.execute(f"REVOKE UPDATE, DELETE ON audit, audit_sceau FROM {package}")  # append-only (0021)
        await connection.execute(f"REVOKE INSERT, UPDATE, DELETE ON audit_purge FROM {package}")
        await connection.execute(f"GRANT EXECUTE ON FUNCTION audit_purger TO {package}")
        await connection.execute(f"REVOKE UPDATE ON cle_oubli FROM {package}")  # a key is there or forgotten (0061)
    finally:
        await connection.close()
    return done


async def _create_role(connection: asyncpg.Connection, role: str) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        await connection.execute(f"CREATE ROLE {role}")


async def _make_acteurs(connection: asyncpg.Connection, package: str) -> None:
    """The roles of the policies, which the app role takes in a transaction; tables are granted by the migrations.

    The app role itself is behind no policy: COPY is refused behind one, also by one that lets everything pass.
    """
    for kind, group in _GROUPS.items():
        await _create_role(connection, f"{package}_{kind}")
        await connection.execute(f"GRANT {package}_{kind} TO {package}")
        if group:
            await connection.execute(f"GRANT {package}_{group} TO {package}_{kind}")
    await connection.execute(f"ALTER ROLE {package} BYPASSRLS")


async def schema(admin_url: str, package: str, *, name: str | None = None) -> migration.Schema | None:
    """The database against the migrations of this code, or None where it does not exist."""
    try:
        connection = await _connect(with_database(admin_url, name or package))
    except asyncpg.InvalidCatalogNameError:
        return None
    try:
        return await migration.schema(connection, migration.of_service(package))
    finally:
        await connection.close()


async def _connect(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(url, timeout=_CONNECT_SECONDS)


def with_database(url: str, name: str) -> str:
    """`url` for another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def with_user(url: str, user: str, password: str) -> str:
    """`url` for another role."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{place}"))


def checked(name: str) -> str:
    """Names are put into SQL text: only what needs no quoting passes. Raises ValueError."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a database or role name: {name!r}")
    return name
