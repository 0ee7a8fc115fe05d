"""A relay that was stopped in the middle of a transaction and wakes up after its successor took over writes nothing
(X10, X11, D14)."""

import asyncio
import shutil
import tempfile
from collections import defaultdict
from pathlib import Path

import asyncpg
import psutil
import pytest_asyncio
from aiokafka import AIOKafkaConsumer

from event_schemas.catalogue import MISSION
from event_schemas.missions import Mission
from imagin_cli.cyclades import closings, inscriptions_file, producer
from imagin_cli.services import MISSION_IMPORT
from imagin_cli.stack import Stack
from testkit.eventually import eventually

QUICK = {
    "MISSION_IMPORT_KAFKA_SESSION_TIMEOUT_MILLISECONDS": "6000",
    "MISSION_IMPORT_RELAY_SEND_DEADLINE_SECONDS": "2",  # a silent leader loses its lock after twice that
}
CYCLES = 3


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack():
    folder = Path(tempfile.mkdtemp(prefix="imagin-zombie-"))
    async with Stack(folder, given=False, services=(MISSION_IMPORT,), settings=QUICK) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


def closing(revision):
    """Twenty lycées whose every mission changes with each revision."""
    events = list(closings.synthetic(20, 3))
    for event in events:
        event["id"], event["data"]["revision"] = f"{event['subject']}-{revision}", revision
        for epreuve in event["data"]["epreuves"]:
            epreuve["candidats_inscrits"] = 30 + revision
    return inscriptions_file.of_events(events)


async def versions(stack):
    reader = AIOKafkaConsumer(
        MISSION, **stack.kafka_connection, auto_offset_reset="earliest", isolation_level="read_committed"
    )
    await reader.start()
    found = defaultdict(list)
    try:
        while polled := await reader.getmany(timeout_ms=1_500):
            for records in polled.values():
                for record in records:
                    found[record.key].append(Mission.model_validate_json(record.value).version)
    finally:
        await reader.stop()
    return found


async def everything_sent(stack, revision):
    async def sent():
        connection = await asyncpg.connect(stack.databases[MISSION_IMPORT.name])
        try:
            return await connection.fetchval(
                "SELECT NOT EXISTS (SELECT FROM outbox) AND min(revision) = $1 FROM cloture", revision
            )
        finally:
            await connection.close()

    await eventually(sent, timeout=60, because=f"revision {revision} is applied and relayed")


async def test_a_leader_stopped_within_a_transaction_wakes_up_fenced_and_each_version_stands_once_in_order(stack):
    for cycle in range(CYCLES):
        revision = 2 * cycle + 1
        await asyncio.to_thread(stack.services[MISSION_IMPORT.name].terminate)
        await stack.start_services(MISSION_IMPORT, KILL_AT="relay.before_commit:1:stop")
        zombie = stack.services[MISSION_IMPORT.name]
        await producer.send(stack.kafka_connection, closing(revision), lambda _: None)
        await eventually(lambda zombie=zombie: is_stopped(zombie), timeout=30, because="the leader stopped itself")
        stack.move(MISSION_IMPORT)
        await stack.start_services(MISSION_IMPORT)
        await everything_sent(stack, revision)
        await producer.send(stack.kafka_connection, closing(revision + 1), lambda _: None)
        await everything_sent(stack, revision + 1)
        zombie.resume()
        fenced = cycle + 1
        await eventually(lambda fenced=fenced: stepped_down(stack) == fenced, because="the zombie was fenced")
        await asyncio.to_thread(zombie.terminate)
    found = await versions(stack)
    assert len(found) == 20 * 4
    assert set(map(tuple, found.values())) == {tuple(range(1, 2 * CYCLES + 1))}


def stepped_down(stack):
    """How often a relay lost its lead: both processes write into one log."""
    return stack.services[MISSION_IMPORT.name].log.read_text(encoding="utf-8").count("relay.stepped_down")


def is_stopped(process):
    return psutil.Process(process.pid).status() == psutil.STATUS_STOPPED
