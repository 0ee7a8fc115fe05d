"""What is left of a connection that goes back to the pool."""

import asyncpg
import pytest

from chassis.database import create_pool, own_session

HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"


@pytest.fixture
async def pool(create_database):
    async with create_pool(await create_database("pool"), size=1) as pool:
        yield pool


async def test_a_transaction_that_was_left_open_is_rolled_back_and_what_it_set_is_gone(pool):
    async with pool.acquire() as connection:
        await connection.execute("CREATE TABLE t (n int)")
        await connection.execute("BEGIN; SELECT set_config('imagin.sub', 'x', true); INSERT INTO t VALUES (1)")
    async with pool.acquire() as connection:
        assert not connection.is_in_transaction()
        assert await connection.fetchval("SELECT count(*) FROM t") == 0
        assert await connection.fetchval("SELECT current_setting('imagin.sub', true)") in (None, "")


async def test_of_a_session_of_ones_own_nothing_is_left(pool):
    async with own_session(pool) as connection:
        await connection.execute("SELECT pg_advisory_lock(7), set_config('imagin.sub', 'x', false)")
        assert await connection.fetchval(HELD) == 1
    async with pool.acquire() as connection:
        assert await connection.fetchval(HELD) == 0
        assert await connection.fetchval("SELECT current_setting('imagin.sub', true)") in (None, "")


async def test_whose_session_cannot_be_cleared_is_a_connection_no_more(pool, monkeypatch):
    async with pool.acquire() as connection:
        first = await connection.fetchval("SELECT pg_backend_pid()")
    with monkeypatch.context() as patched:
        patched.setattr(asyncpg.Connection, "reset", _fails)
        with pytest.raises(RuntimeError):
            await _lock(pool)
    async with pool.acquire() as connection:
        assert await connection.fetchval("SELECT pg_backend_pid()") != first


async def _lock(pool):
    async with own_session(pool) as connection:
        await connection.execute("SELECT pg_advisory_lock(7)")


async def _fails(_):
    raise RuntimeError
