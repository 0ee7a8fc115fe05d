"""A migration beside processes that work: it neither ends in their locks nor stops them."""

import asyncio

import asyncpg
import pytest
import pytest_asyncio

from chassis import migration
from chassis.migration import Migration
from testkit.eventually import eventually

BOTH = Migration(
    "9000", "9000_both.sql", "ALTER TABLE un ADD COLUMN plus text;\nALTER TABLE deux ADD COLUMN plus text;"
)
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest_asyncio.fixture
async def connect(create_database):
    url, opened = await create_database("migration"), []

    async def one():
        opened.append(await asyncpg.connect(url))
        return opened[-1]

    yield one
    for connection in opened:
        await connection.close()


@pytest_asyncio.fixture
async def operator(connect):
    connection = await connect()
    await connection.execute("CREATE TABLE un (id int); CREATE TABLE deux (id int)")
    return connection


async def locked(connection, table):
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(f"INSERT INTO {table} VALUES (1)")
    return transaction


async def test_a_migration_that_is_chosen_to_end_a_deadlock_is_tried_again(connect, operator):
    gate = (
        "ALTER TABLE un ADD COLUMN plus text; SELECT pg_advisory_xact_lock(1); ALTER TABLE deux ADD COLUMN plus text;"
    )
    await operator.execute("SET deadlock_timeout = '50ms'")  # who looks first is the one that ends
    worker, keeper, look = await connect(), await connect(), await connect()
    await worker.execute("SET deadlock_timeout = '60s'")
    await keeper.execute("SELECT pg_advisory_lock(1)")
    work = await locked(worker, "deux")
    migrating = asyncio.create_task(migration.migrate(operator, [Migration("9000", "9000_gate.sql", gate)]))
    await eventually(lambda: look.fetchval(WAITING), because="the migration has the first table")
    working = asyncio.create_task(worker.execute("INSERT INTO un VALUES (1)"))
    await eventually(
        lambda: look.fetchval(f"{WAITING} AND relation = 'un'::regclass"), because="the worker waits for it"
    )
    await keeper.execute("SELECT pg_advisory_unlock(1)")  # the migration goes on to the worker's table: a deadlock
    await working
    await work.commit()
    assert await migrating == ["9000_gate.sql"]
    assert await operator.fetchval("SELECT count(*) FROM un WHERE plus IS NULL") == 1


async def test_a_migration_that_waits_for_a_long_reader_lets_the_others_pass(connect, operator):
    """PostgreSQL queues everybody behind who waits for a whole table."""
    reader = await connect()
    reading = await locked(reader, "deux")
    migrating = asyncio.create_task(migration.migrate(operator, [BOTH]))
    look = await connect()
    await eventually(lambda: look.fetchval(WAITING), because="the migration waits for the reader")
    await look.execute("INSERT INTO un VALUES (1)", timeout=5)
    assert not migrating.done()
    await reading.commit()
    assert await migrating == ["9000_both.sql"]


async def test_a_migration_that_never_gets_its_lock_fails_and_leaves_nothing(connect, operator, monkeypatch):
    monkeypatch.setattr(migration, "_TRIES", 1)
    reader = await connect()
    reading = await locked(reader, "deux")
    with pytest.raises(asyncpg.LockNotAvailableError):
        await migration.migrate(operator, [BOTH])
    await reading.rollback()
    with pytest.raises(asyncpg.UndefinedColumnError):
        await operator.fetchval("SELECT plus FROM un")
