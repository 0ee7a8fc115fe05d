"""Which errors of PostgreSQL time can mend, and what a process says when one that it cannot ends it."""

from types import SimpleNamespace

import asyncpg
import pytest
from structlog.testing import capture_logs

from chassis import service
from chassis.database import ConcurrentWrite, is_transient
from chassis.service import PartEnded

MENDED = [
    asyncpg.DeadlockDetectedError("x"),
    asyncpg.AdminShutdownError("x"),
    asyncpg.InvalidPasswordError("password authentication failed"),
    asyncpg.TooManyConnectionsError("x"),
    asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
    asyncpg.InvalidCachedStatementError("cached statement plan is invalid"),
    asyncpg.InvalidSQLStatementNameError("prepared statement does not exist"),
    asyncpg.DuplicatePreparedStatementError("prepared statement already exists"),
    asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT in a read-only transaction"),
    asyncpg.InvalidCatalogNameError("database does not exist"),
    asyncpg.InterfaceError("connection is closed"),
    ConnectionResetError(),
    TimeoutError(),
    ConcurrentWrite(),
]
LASTING = [asyncpg.NotNullViolationError("x"), asyncpg.UniqueViolationError("x"), KeyError("x"), ValueError("x")]


@pytest.mark.parametrize("error", MENDED, ids=lambda error: type(error).__name__)
def test_another_try_mends_it(error):
    assert is_transient(error)


@pytest.mark.parametrize("error", LASTING, ids=lambda error: type(error).__name__)
def test_no_other_try_mends_it(error):
    assert not is_transient(error)


async def test_a_part_that_ends_the_process_is_named_with_its_error():
    async def broken():
        raise KeyError("a value that must not be quoted")

    async def returns():
        pass

    running = SimpleNamespace(server=SimpleNamespace(should_exit=False))
    with capture_logs() as said:
        with pytest.raises(KeyError):
            await service._Process._for_ever(running, broken)
        with pytest.raises(PartEnded):
            await service._Process._for_ever(running, returns)
    told = [(line["event"], line["action"].rpartition(".")[2]) for line in said]
    assert told == [("service.part_failed", "broken"), ("service.part_returned", "returns")]
