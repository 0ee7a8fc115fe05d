"""Bad records on the real topics of the running product: dead letters with their coordinates, neighbours unharmed."""

import json
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from event_schemas import catalogue
from imagin_dev.cyclades import producer, sample
from imagin_dev.cyclades.inscriptions_file import latest_revisions
from imagin_dev.demo.books import until
from imagin_dev.soak.poison import bad_batches, bad_records
from imagin_ops import running
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE
from testkit import batches
from testkit.eventually import eventually

CLOSINGS = sample.closings()
READERS = [
    (catalogue.INSCRIPTIONS, catalogue.INSCRIPTIONS_CLOSED, (MISSION_IMPORT,)),
    (catalogue.MISSION, catalogue.MISSION_CREATED, (CONVOCATION,)),
    (catalogue.CONVOCATION, catalogue.INTERVENANT_CONVOQUE, (SANTORIN_BRIDGE, NOTIFIER)),
]
KEY = str(uuid4()).encode()


async def send_bad(stack, topic, ce_type):
    kafka = AIOKafkaProducer(**stack.kafka_connection, max_request_size=2_000_000)
    await kafka.start()
    try:
        sent = [
            await kafka.send_and_wait(topic, value, key=KEY, headers=headers)
            for value, headers in bad_records(ce_type).values()
        ]
    finally:
        await kafka.stop()
    places = {(one.topic, one.partition, one.offset) for one in sent}
    for raw in bad_batches(ce_type, KEY).values():
        places.add((topic, 0, await batches.send(stack.kafka_connection["bootstrap_servers"], topic, 0, raw)))
    return places


async def letters(stack, service):
    connection = await asyncpg.connect(stack.databases[service.name])
    try:
        rows = await connection.fetch('SELECT topic, partition, "offset", reason FROM dead_letter')
    finally:
        await connection.close()
    return {(row["topic"], row["partition"], row["offset"]): row["reason"] for row in rows}


@pytest.mark.parametrize(("topic", "ce_type", "services"), READERS, ids=[topic for topic, *_ in READERS])
async def test_each_bad_record_is_a_dead_letter_of_each_reader_with_its_coordinates(stack, topic, ce_type, services):
    expected = await send_bad(stack, topic, ce_type)
    assert len(expected) == len(bad_records(ce_type)) + len(bad_batches(ce_type, KEY))
    for service in services:

        async def all_dead(service=service):
            found = await letters(stack, service)
            return {place for place in found if place[0] == topic} == expected

        await eventually(all_dead, timeout=60, because=f"{service.name} has every bad record, once")
        assert all(found for found in (await letters(stack, service)).values())


async def test_neighbours_of_other_keys_are_not_held_back_and_nobody_loops(stack, books):
    closings = CLOSINGS[:3]
    await send_bad(stack, catalogue.INSCRIPTIONS, catalogue.INSCRIPTIONS_CLOSED)
    await producer.send(stack.kafka_connection, closings, lambda _: None)
    await until(
        lambda: books.revisions_applied(list(latest_revisions(closings))), 3, lambda _: None, stalled_after_seconds=10
    )
    for service in stack.services.values():
        assert "batch_postponed" not in service.log.read_text(encoding="utf-8")


async def test_the_operator_lists_shows_retries_and_discards_dead_letters(stack, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    await send_bad(stack, catalogue.MISSION, catalogue.MISSION_CREATED)
    announced = running.announce(stack.installation())
    try:
        listed = imagin("dlq", "list", "--json")
        assert listed.returncode == 1
        mine = [one for one in json.loads(listed.stdout) if one["service"] == "convocation"]
        assert mine
        assert {one["key"] for one in mine} == {KEY.decode(), None}  # a batch that nobody can unpack has no key
        first = str(mine[0]["id"])
        assert "base64" in imagin("dlq", "show", "convocation", first, "--json").stdout
        retried = imagin("dlq", "retry", "convocation", first, "--json")
        assert (retried.returncode, json.loads(retried.stdout)) == (1, {"OPEN": 1})
        assert "1 écartée" in imagin("dlq", "discard", "convocation", first, "--reason", "essai").stdout
        several = imagin("dlq", "retry", "--all", "--service", "convocation", "--stage", "DECODE", "--json")
        assert (several.returncode, json.loads(several.stdout)) == (1, {"OPEN": len(mine) - 1})
        assert imagin("dlq", "show", "convocation", "999999").returncode == 3
        played = imagin("simulate", "santorin", "--until-idle", "1", "--json")
        assert (played.returncode, json.loads(played.stdout)["went_back"]) == (0, 0)
        assert imagin("status").returncode == 1
        assert "✗ lettres mortes convocation" in imagin("doctor").stdout
        assert imagin("topics", "diff").returncode == 0
        assert imagin("outbox").returncode == 0
        assert imagin("db", "status").returncode == 0
    finally:
        announced.unlink()


def imagin(*arguments):
    command = [str(Path(sys.executable).with_name("imagin")), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
