"""Rows that the relay has from the memory of its own process: those that are committed, as the table has them."""

from uuid import UUID

import asyncpg
import pytest

from chassis import migration, outbox
from chassis.cloudevents import Cause
from chassis.handing import handing_over
from chassis.outbox import Outbox, Outgoing

MANY = outbox._handed.MIN_ROWS
OUTBOX = Outbox("/here", "https://here.test")
CAUSES = (None, Cause("c"), Cause("c", "e"), Cause("c", "e", f"00-{1:032x}-{2:016x}-01"))


@pytest.fixture
async def connection(create_database):
    connection = await asyncpg.connect(await create_database("handover"))
    await migration.migrate(connection, migration.of_packages(["chassis"]))
    yield connection
    await connection.close()


def rows(count=MANY, *, version=1, body="é"):
    return [
        Outgoing(
            "topic", "type", f"k{number}", UUID(int=number), version, f'"{body}"'.encode(), CAUSES[number % len(CAUSES)]
        )
        for number in range(count)
    ]


async def write(connection, some, *, rollback=False):
    transaction = connection.transaction()
    await transaction.start()
    await outbox.append(connection, some)
    await (transaction.rollback() if rollback else transaction.commit())


def bodies(messages):
    return [message.value for message in messages]


async def test_a_message_is_the_same_from_memory_as_from_the_table(connection):
    with handing_over():
        await write(connection, rows())
        assert outbox._handed
        from_memory = await OUTBOX.fetch(connection, 1_000)
        assert not outbox._handed, "taken once"
        from_table = await OUTBOX.fetch(connection, 1_000)
    assert from_memory == from_table
    assert len(from_memory) == MANY


async def test_what_was_rolled_back_is_never_sent_though_it_is_in_memory(connection):
    with handing_over():
        await write(connection, rows(body="rolled back"), rollback=True)
        assert outbox._handed
        assert await OUTBOX.fetch(connection, 1_000) == []
        await write(connection, rows(body="told"))
        assert set(bodies(await OUTBOX.fetch(connection, 1_000))) == {b'"told"'}


async def test_rows_of_another_process_stand_in_their_order_among_those_from_memory(connection):
    await write(connection, rows(2, version=1, body="other"))
    with handing_over():
        await write(connection, rows(version=2, body="own"))
        outbox._handed.leads = False  # as in a process that does not lead
        await write(connection, rows(version=3, body="other"))
        outbox._handed.leads = True
        await write(connection, rows(version=4, body="own"))
        messages = await OUTBOX.fetch(connection, 1_000)
    assert bodies(messages) == [b'"other"'] * 2 + [b'"own"'] * MANY + [b'"other"'] * MANY + [b'"own"'] * MANY
    tokens = [message.token for message in messages]
    assert tokens == sorted(tokens)


async def test_a_part_that_was_fetched_leaves_the_rest_of_its_lot(connection):
    with handing_over():
        await write(connection, rows())
        first = await OUTBOX.fetch(connection, 3)
        await OUTBOX.clear(connection, first)
        rest = await OUTBOX.fetch(connection, 1_000)
        assert not outbox._handed
    assert [message.key for message in first + rest] == [row.key.encode() for row in rows()]


async def test_rows_that_memory_has_no_room_for_are_read(connection, monkeypatch):
    monkeypatch.setattr(outbox._handed, "MAX_BYTES", MANY * 5)
    with handing_over():
        await write(connection, rows(body="one"))
        await write(connection, rows(body="two"))
        assert list(outbox._handed._bytes.values()) == [MANY * 5], "the oldest made room"
        await write(connection, rows(body="too long for any"))
        assert not outbox._handed
        assert len(bodies(await OUTBOX.fetch(connection, 1_000))) == 3 * MANY


async def test_nothing_is_kept_for_a_relay_that_does_not_lead(connection):
    await write(connection, rows())
    assert not outbox._handed
    with handing_over():
        await write(connection, rows())
    assert not outbox._handed, "nor after it has stepped down"


async def test_rows_that_a_leader_before_left_are_not_mistaken_for_those_in_memory(connection):
    with handing_over():
        await write(connection, rows(version=1, body="left"))
    with handing_over():
        await write(connection, rows(version=2, body="own"))
        assert outbox._handed
        messages = await OUTBOX.fetch(connection, 1_000)
    assert bodies(messages) == [b'"left"'] * MANY + [b'"own"'] * MANY
