"""A service as a process (D10, D11): it waits for what is missing, survives outages, stops after its batch."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from time import monotonic

import asyncpg
import httpx2
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.provisioning import with_database
from event_schemas.catalogue import INSCRIPTIONS, TOPICS
from imagin_dev.cyclades import closings, inscriptions_file, producer
from imagin_dev.stack import Stack
from imagin_ops.services import MISSION_IMPORT
from testkit.eventually import eventually

CLOSINGS = inscriptions_file.of_events(closings.synthetic(2_000, 5))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack():
    folder = Path(tempfile.mkdtemp(prefix="imagin-lifecycle-"))
    settings = {"MISSION_IMPORT_KAFKA_SESSION_TIMEOUT_MILLISECONDS": "6000"}
    async with Stack(folder, given=False, services=(MISSION_IMPORT,), settings=settings) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


async def health(stack, name):
    async with httpx2.AsyncClient(base_url=stack.url(MISSION_IMPORT), trust_env=False) as client:
        answer = await client.get(f"/health/{name}")
    return answer.status_code, answer.text.strip()


async def applied(stack):
    connection = await asyncpg.connect(stack.databases[MISSION_IMPORT.name])
    try:
        return await connection.fetchval("SELECT count(*) FROM cloture")
    finally:
        await connection.close()


async def committed(stack):
    """How many records of the topic the group is done with."""
    kafka = AIOKafkaConsumer(**stack.kafka_connection, group_id="mission-import.inscriptions", enable_auto_commit=False)
    await kafka.start()
    try:
        partitions = [TopicPartition(INSCRIPTIONS, number) for number in range(TOPICS[INSCRIPTIONS].partitions)]
        return sum([await kafka.committed(partition) or 0 for partition in partitions])
    finally:
        await kafka.stop()


async def is_applied(stack, count):
    await eventually(lambda: _is(stack, count), timeout=30, because=f"{count} closings are applied")


async def _is(stack, count):
    return await applied(stack) == count


async def test_started_before_kafka_and_postgresql_it_is_alive_not_ready_and_works_as_soon_as_both_are_there(stack):
    await asyncio.to_thread(stack.services[MISSION_IMPORT.name].terminate)
    stack.kafka.kill()
    stack.postgres.kill()
    starting = asyncio.create_task(stack.start_services(MISSION_IMPORT))
    await eventually(lambda: answers(stack), because="HTTP answers though nothing else does")
    assert await health(stack, "live") == (200, "ok")
    assert await health(stack, "ready") == (503, "starting")
    await stack.postgres.restart()
    assert (await health(stack, "ready"))[0] == 503
    await stack.kafka.restart()
    since = monotonic()
    await starting
    assert monotonic() - since < 10
    await producer.send(stack.kafka_connection, CLOSINGS[:10], lambda _: None)
    await is_applied(stack, 10)


async def answers(stack):
    try:
        return bool(await health(stack, "live"))
    except httpx2.TransportError:
        return False


async def test_while_kafka_and_postgresql_are_away_it_stays_alive_and_it_goes_on_when_they_are_back(stack):
    service = stack.services[MISSION_IMPORT.name]
    stack.postgres.kill()
    await eventually(lambda: says(stack, 503, "postgresql"), because="not ready without PostgreSQL")
    assert await health(stack, "live") == (200, "ok")
    await stack.postgres.restart()
    stack.kafka.kill()
    await eventually(lambda: says(stack, 200, "ok"), because="ready again: what needs no Kafka works")
    assert await health(stack, "live") == (200, "ok")
    await stack.kafka.restart()
    await producer.send(stack.kafka_connection, CLOSINGS[10:20], lambda _: None)
    await is_applied(stack, 20)
    assert service.alive()


async def says(stack, status, text):
    return await health(stack, "ready") == (status, text)


async def test_sigterm_lets_the_batch_in_hand_finish_and_nothing_is_delivered_twice(stack):
    service = stack.services[MISSION_IMPORT.name]
    await producer.send(stack.kafka_connection, CLOSINGS[20:], lambda _: None)
    since = monotonic()
    assert await asyncio.to_thread(service.terminate) == 0
    assert monotonic() - since < 10
    assert "service.part_returned" not in service.log.read_text(encoding="utf-8"), "an ordinary stop is no error"
    before = await applied(stack)
    assert 20 < before < len(CLOSINGS), "the stop fell into the middle of the work"
    assert await committed(stack) == before
    await stack.start_services(MISSION_IMPORT)
    await is_applied(stack, len(CLOSINGS))


async def test_a_part_that_ends_ends_the_process_with_70_so_that_its_supervisor_starts_it_again(stack):
    service = stack.services[MISSION_IMPORT.name]
    connection = await asyncpg.connect(with_database(stack.postgres.admin_url, MISSION_IMPORT.package))
    await connection.execute("""
    ALTER TABLE dead_letter RENAME TO letters;
    CREATE VIEW dead_letter AS SELECT * FROM letters WHERE 1 / (SELECT count(*) FROM letters WHERE false) = 1;
    GRANT SELECT, UPDATE ON dead_letter TO mission_import
    """)  # division by zero: no other try mends it
    try:
        assert await service.wait_ended(30) == 70
    finally:
        await connection.execute("DROP VIEW dead_letter; ALTER TABLE letters RENAME TO dead_letter")
        await connection.close()
    await stack.start_services(MISSION_IMPORT)
    await producer.send(stack.kafka_connection, CLOSINGS, lambda _: None)
    await is_applied(stack, len(CLOSINGS))
