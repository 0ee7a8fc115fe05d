"""Grows the databases of a running stack by copies of what they hold, set by set, to see sizes and reads change."""

from typing import Any

import asyncpg
from rich.progress import Progress

from chassis.provisioning import with_database
from imagin_dev.stack import Stack
from imagin_ops.services import SERVICES

PEOPLE_EACH = 4  # the demo invents 27 teachers a lycée, who are enough for its missions; a real one has some 110
_PEOPLE = ("intervenant", "intervenant_mot")
# Documents are the same bytes for each; the two tables of the chassis hold what waits.
_LEFT_OUT = ("document", "outbox", "dead_letter")
_TABLES = """
SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid
            AND a.attname IN ('mission_id', 'convocation_id', 'numero', 'cloture', 'uai'))
ORDER BY 1
"""
_COLUMNS = """
SELECT column_name, udt_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = $1 AND is_identity = 'NO' AND is_generated = 'NEVER' ORDER BY 1
"""
# Valid in form: the département, four digits and the letter of the lycée that is copied.
_UAI = (
    "left(uai, 3) || lpad((('x' || substr(md5(uai || {place}), 1, 7))::bit(28)::int % 10000)::text, 4, '0')"
    " || right(uai, 1)"
)


async def keep_sample(stack: Stack) -> None:
    """What is copied later on: the rows as they are now."""
    for service in SERVICES:
        connection = await asyncpg.connect(with_database(stack.postgres.admin_url, service.package))
        try:
            await connection.execute("CREATE SCHEMA sample")
            for table in await _tables(connection):
                await connection.execute(f"CREATE TABLE sample.{table} AS TABLE public.{table}")
        finally:
            await connection.close()


async def grow(stack: Stack, first: int, last: int, bars: Progress) -> None:
    """Add the copies `first` to `last` of the sample, and its statistics. The originals are copy 0."""
    await _settings(stack)
    for service in bars.track(SERVICES, description="bases qui grandissent"):
        connection = await asyncpg.connect(with_database(stack.postgres.admin_url, service.package))
        try:
            await connection.execute("SET session_replication_role = replica")  # no trigger: the sample has passed them
            for table in await _tables(connection):
                await connection.execute(await _copy(connection, table, first, last), timeout=3_600)
            await connection.execute("VACUUM ANALYZE", timeout=3_600)
        finally:
            await connection.close()


async def _settings(stack: Stack) -> None:
    """Until it ends this server may lose everything; and autovacuum, which would be counted with the pages, is off."""
    admin = await asyncpg.connect(stack.postgres.admin_url)
    try:
        for setting in ("fsync = off", "full_page_writes = off", "max_wal_size = '8GB'", "autovacuum = off"):
            await admin.execute(f"ALTER SYSTEM SET {setting}")
        await admin.execute("SELECT pg_reload_conf()")
    finally:
        await admin.close()


async def _tables(connection: Any) -> list[str]:
    return [row["relname"] for row in await connection.fetch(_TABLES) if row["relname"] not in _LEFT_OUT]


async def _copy(connection: Any, table: str, first: int, last: int) -> str:
    people = table in _PEOPLE
    place, number = (f"n / {PEOPLE_EACH}", "n") if people else ("n", f"{PEOPLE_EACH} * n")
    found = await connection.fetch(_COLUMNS, table)
    columns = {row["column_name"]: _copied(row["column_name"], row["udt_name"], place, number) for row in found}
    if people:
        first, last = 1 if first == 1 else PEOPLE_EACH * first, PEOPLE_EACH * last + PEOPLE_EACH - 1
    return (
        f"INSERT INTO public.{table} ({', '.join(columns)}) SELECT {', '.join(columns.values())}"
        f" FROM sample.{table}, generate_series({first}, {last}) AS n ON CONFLICT DO NOTHING"
    )


def _copied(column: str, kind: str, place: str, number: str) -> str:
    """SQL: the column's value in a copy. What is drawn or computed as an identity is as random as it was."""
    if column == "uai":
        return _UAI.format(place=place)
    if column == "numero":
        return f"numero || '.' || ({number})"
    if column == "cloture":
        return f"cloture || '.' || ({place})"
    if kind == "uuid":
        return f"md5({column}::text || '.' || ({number if column == 'id' else place}))::uuid"
    return column
