"""What took good records along without a word: each is told now, or hurts nobody (0028)."""

import asyncio
import json
import struct

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from structlog.testing import capture_logs

from chassis import dead_letters, migration, starting
from chassis.consumer import Consumer
from chassis.subscribing import Subscriptions
from testkit import batches
from testkit.eventually import eventually
from testkit.topics import create_topic as make_topic
from testkit.topics import delete_records

HEADERS = [("ce_type", b"fr.imagin.thing.v1")]
ATTRIBUTES, FIRST_MOMENT = 22, -62_135_596_800_000  # the latter: 1 January of year 1


def thing(name, pad=0):
    body = {"id": name, "version": 1, "hash": "h1", "pad": "x" * pad}
    return {"key": name.encode(), "value": json.dumps(body).encode(), "headers": HEADERS}


async def names(bench):
    return {name for name, *_ in await bench.things()}


async def test_records_that_are_deleted_while_a_batch_is_in_hand_are_told(bench):
    """The fetcher goes to the log's start meanwhile: the batch is committed as far as it was polled, no further."""
    await bench.send(*(thing(f"t{number:02}", pad=800_000) for number in range(20)))
    apply, first, go = bench.reader.apply, asyncio.Event(), asyncio.Event()

    async def slow(connection, events, held):
        if first.is_set():
            await asyncio.sleep(0.05)
        else:
            first.set()
            await go.wait()
        await apply(connection, events, held)

    bench.reader.apply = slow
    await bench.start()
    await first.wait()
    fetcher = bench.subscriptions._subscribers[0].consumer._fetcher
    await eventually(lambda: fetcher._records, because="the next chunk is fetched")
    await delete_records(bench.settings.kafka_bootstrap, bench.topic, 0, 18)
    go.set()
    await eventually(bench.committed_everything, because="the rest is read")
    await bench.subscriptions.look_for_deleted()
    lost = {f"t{number:02}" for number in range(20)} - await names(bench)
    assert lost
    assert "DELETED" in {stage for _, stage, *_ in await bench.dead()}


async def test_small_batches_that_unpack_to_gigabytes_are_no_more_than_they_are_on_the_wire(bench):
    bomb = batches.batch([(b"big", b" " * 31_000_000, HEADERS)], "zstd")
    for _ in range(10):
        await batches.send(bench.settings.kafka_bootstrap, bench.topic, 0, bomb)
    polled, on_batch = [], bench.consumer.on_batch

    async def seen(records, kafka):
        polled.append(sum(len(one.value or b"") for one in records))
        await on_batch(records, kafka)

    bench.consumer.on_batch = seen
    await bench.start()
    await eventually(bench.committed_everything, because="all are dead")
    assert max(polled) < 1_000_000
    assert len(await bench.dead()) == 10


async def test_what_waits_behind_a_transaction_that_nobody_ends_is_unread(bench):
    await bench.send(thing("before"))
    await bench.start()
    await eventually(bench.committed_everything, because="it reads")
    died = AIOKafkaProducer(bootstrap_servers=bench.settings.kafka_bootstrap, transactional_id=f"{bench.topic}.died")
    await died.start()
    await died.begin_transaction()
    await died.send_and_wait(bench.topic, partition=0, **thing("never committed"))
    await bench.send(*(thing(f"waits-{number}") for number in range(5)))

    async def unread():
        [reading] = await bench.subscriptions.readings()
        return reading.unread and reading.held

    await eventually(unread, because="five good records wait")
    await died.abort_transaction()
    await died.stop()
    await eventually(bench.committed_everything, because="it goes on")


async def test_a_letter_of_the_very_first_moment_can_be_retried(bench):
    raw = batches.batch([(b"a", b"{no", HEADERS)], timestamp=FIRST_MOMENT)
    await batches.send(bench.settings.kafka_bootstrap, bench.topic, 0, raw)
    await bench.start()
    await eventually(bench.dead, because="it is dead")
    for moment in ("record_time", "'-infinity'"):  # as it was stored before
        await bench.pool.execute(f"UPDATE dead_letter SET state = 'RETRY', record_time = {moment}")
        assert await bench.consumer.retry_dead_letters() == 1
        assert "OPEN" in {state for *_, state in await bench.dead()}


async def test_a_letter_about_deleted_records_that_is_retried_still_says_that_nobody_knows(bench):
    insert = """
    INSERT INTO dead_letter (consumer_group, topic, partition, "offset", record_time, header_names, header_values,
                             stage, reason, state)
    VALUES ($1, 't', 0, 4, now(), '{}', '{}', 'DELETED', 'gone', 'RETRY')
    """
    await bench.pool.execute(insert, bench.consumer.group)
    assert await dead_letters.any_deleted(bench.pool, bench.consumer.group)


@pytest.mark.parametrize("key", [b"k", b"0b1ad0ac-3a3e-4d3c-9d8c-0f6e4ee5a001"], ids=["short", "uuid"])
async def test_one_damaged_bit_on_the_disk_is_a_letter_and_its_neighbours_are_read(bench, kafka, key):
    await bench.send(thing("before"))
    await batches.send(kafka.bootstrap, bench.topic, 0, batches.batch([(key, b"{}", HEADERS)]))
    await bench.send(thing("after"))
    [log] = (kafka._folder / "data" / f"{bench.topic}-0").glob("*.log")
    data, at = log.read_bytes(), 0
    while struct.unpack_from(">q", data, at)[0] != 1:
        at += 12 + struct.unpack_from(">i", data, at + 8)[0]
    with log.open("r+b") as file:  # it is a marker now
        file.seek(at + ATTRIBUTES)
        file.write(bytes([data[at + ATTRIBUTES] ^ 0x20]))
    await bench.start()
    await eventually(bench.committed_everything, because="all is read")
    assert await names(bench) == {"before", "after"}
    assert len(await bench.dead()) == 1


async def test_a_start_that_fails_half_way_leaves_no_second_reader(bench, kafka, create_topic):
    first = await create_topic("first", partitions=4)
    second = f"{first}-second"
    migrations = migration.of_packages(["chassis"])

    def consumer(topic):
        reader = bench.reader if topic == first else type(bench.reader)(topic)
        models = bench.consumer._models
        return Consumer(
            reader,
            group=f"{topic}.group",
            models=models,
            pool=bench.pool,
            migrations=migrations,
            after_commit=lambda: None,
        )

    bench.topic = bench.reader.topic = first
    bench.subscriptions = Subscriptions(bench.settings, [consumer(first), consumer(second)])
    with capture_logs() as lines:
        start = asyncio.create_task(starting.start_consumers(bench.settings, bench.subscriptions))
        await eventually(lambda: [one for one in lines if one["event"] == "service.waits_for_kafka"], timeout=60)
        await make_topic(kafka.bootstrap, second)
        await start
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()

    async def stable():
        [described] = await admin.describe_consumer_groups([f"{first}.group"])
        _, _, state, _, _, members, *_ = described.groups[0]
        return state == "Stable" and members

    members = await eventually(stable, because="the group has settled")
    await admin.close()
    assert len(members) == 1
    assert len(bench.subscriptions._subscribers[0].consumer.assignment()) == 4
