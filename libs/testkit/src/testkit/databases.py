"""Fresh empty databases on a running PostgreSQL; a service's own are made by `chassis.provisioning`."""

import asyncpg

from chassis.provisioning import checked, with_database


async def create_database(admin_url: str, name: str) -> str:
    """An empty database; returns its administrator's URL."""
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(f"CREATE DATABASE {checked(name)} TEMPLATE template0 ENCODING 'UTF8'")
    finally:
        await connection.close()
    return with_database(admin_url, name)


async def copy_database(admin_url: str, template: str, name: str, *, package: str) -> None:
    """A service's database, with the rights that `chassis.provisioning` gives; nobody may be connected to `template`.

    By files: block by block through the log takes three times as long, for each of thousands of tests.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        how = f"OWNER {checked(package)}_owner TEMPLATE {checked(template)} STRATEGY FILE_COPY"
        await connection.execute(f"CREATE DATABASE {checked(name)} {how}")
        # rights on the database itself are not copied
        await connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        await connection.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {package}")
    finally:
        await connection.close()


async def drop_database(admin_url: str, name: str) -> None:
    """Also when somebody is still connected."""
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {checked(name)} WITH (FORCE)")
    finally:
        await connection.close()
