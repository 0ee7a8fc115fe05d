"""What stopped a partition in silence, or was deleted unread, is passed and told (docs/decisions/0028)."""

import json
import time

import asyncpg
from aiokafka import AIOKafkaProducer, TopicPartition

from chassis import dead_letters, migration
from testkit import batches
from testkit.batches import CODECS, batch, renamed
from testkit.eventually import eventually
from testkit.topics import delete_records

TYPE = "fr.imagin.thing.v1"
MIGRATIONS = migration.of_packages(["chassis"])


def thing(name, version=1, digest=None, headers=((("ce_type"), TYPE.encode()),)):
    body = {"id": name, "version": version, "hash": digest or f"h{version}"}
    return {"key": name.encode(), "value": json.dumps(body).encode(), "headers": list(headers)}


def entry(name, **more):
    one = thing(name, **more)
    return one["key"], one["value"], one["headers"]


def _batches():
    """What stopped a partition for ever (docs/decisions/0028), by what it is."""
    for codec in CODECS:
        yield f"a batch of {codec}", batch([entry(f"{codec}-1"), entry(f"{codec}-2")], codec), 2
        foreign = batch(
            [entry(f"n-{codec}", headers=[("ce_type", TYPE.encode()), ("naïf", b"v")]), entry(f"m-{codec}")]
        )
        yield f"a name that is not UTF-8 in {codec}", renamed(foreign, codec, "naïf".encode(), b"na\xff\xfef"), 2
    yield "before year 1", batch([entry("early")], timestamp=-62_135_596_800_001), 0
    yield "80 MB in gzip", batch([(b"big", b" " * 80_000_000, [("ce_type", TYPE.encode())])], "gzip"), 0
    yield "20 MB in zstd", batch([(b"big", b" " * 20_000_000, [("ce_type", TYPE.encode())])], "zstd"), 0


async def test_batches_that_stopped_a_partition_are_read_or_dead_and_the_next_record_applies(bench):
    await bench.start()
    applied = 0
    for what, raw, good in _batches():
        await batches.send(bench.settings.kafka_bootstrap, bench.topic, 0, raw)
        await bench.send(thing(f"after {what}"))
        applied += good + 1

        async def all_applied(count=applied):
            return len(await bench.things()) == count

        await eventually(all_applied, because=what)
    await eventually(bench.committed_everything, because="every offset is committed")
    assert [(stage, reason.partition(" of the record")[0]) for _, stage, reason, _ in await bench.dead()] == [
        ("DECODE", "the timestamp"),
        ("DECODE", "the batch cannot be unpacked, or not within 32 MiB"),
        ("DECODE", "the batch unpacks to more than 100 times its size"),
    ]
    assert await bench.pool.fetchval("SELECT max(length(value)) FROM dead_letter") < 100_000
    await bench.pool.execute("UPDATE dead_letter SET state = 'RETRY'")
    assert await bench.consumer.retry_dead_letters() == 3
    left = [(reason.partition(";")[0], state) for _, _, reason, state in await bench.dead()]
    assert [state for _, state in left] == ["RETRIED", "OPEN", "OPEN"], "an impossible time is none once somebody asks"
    assert [reason for reason, _ in left[1:]] == [
        "the batch cannot be unpacked, or not within 32 MiB",
        "the batch unpacks to more than 100 times its size",
    ]


async def test_several_brokers_may_be_named_with_commas_between_them(bench):
    bootstrap = bench.settings.kafka_bootstrap
    bench.settings = bench.settings.model_copy(update={"kafka_bootstrap": f"127.0.0.1:1, {bootstrap}"})
    await bench.start()
    bench.settings = bench.settings.model_copy(update={"kafka_bootstrap": bootstrap})
    await bench.send(thing("a"))
    await eventually(bench.things, because="the broker that is there is found")


async def test_records_deleted_before_they_were_read_are_one_dead_letter_that_says_which(bench):
    await bench.send(thing("a"))
    await bench.start()
    await eventually(bench.committed_everything, because="the first record is read")
    await bench.subscriptions.stop()
    await bench.send(*(thing(f"gone-{number}") for number in range(4)), thing("b"))
    await delete_records(bench.settings.kafka_bootstrap, bench.topic, 0, 5)
    await bench.start()
    await eventually(bench.committed_everything, because="the rest is read")
    assert [name for name, *_ in await bench.things()] == ["a", "b"]
    lost = (4, "DELETED", "the records 1 to 4 were deleted before they were read", "OPEN")
    assert await bench.dead() == [lost]
    assert await dead_letters.any_deleted(bench.pool, bench.consumer.group)
    await bench.pool.execute("UPDATE dead_letter SET state = 'RETRY'")
    await bench.consumer.retry_dead_letters()
    assert await bench.dead() == [lost]  # nothing can bring them back


async def test_records_deleted_while_their_reader_runs_are_told_without_a_record_after_them(bench):
    await bench.start()
    await bench.send(thing("a"))
    await eventually(bench.committed_everything, because="the first record is read")
    await bench.subscriptions.stop()
    await bench.send(*(thing(f"gone-{number}") for number in range(4)))
    await delete_records(bench.settings.kafka_bootstrap, bench.topic, 0, 5)
    await bench.start()

    async def told():
        await bench.subscriptions.look_for_deleted()
        return [reason for _, _, reason, _ in await bench.dead()]

    reasons = await eventually(told, because="the reader looks for itself")
    assert reasons == ["the records 1 to 4 were deleted before they were read"]
    assert await bench.committed_everything()


class PolledMeanwhile:
    """A group that has read to 1; its topic begins at 5; a batch up to 9 was polled and is not written yet."""

    def __init__(self, topic):
        self.place, self.committed_offsets = TopicPartition(topic, 0), {}

    def assignment(self):
        return {self.place}

    async def committed(self, _):
        return 1

    async def beginning_offsets(self, _):
        return {self.place: 5}

    async def position(self, _):
        return 9

    async def commit(self, offsets):
        self.committed_offsets = offsets


async def test_telling_of_deleted_records_commits_nothing_that_is_not_written(bench):
    kafka = PolledMeanwhile(bench.topic)
    await bench.consumer.look_for_deleted(kafka)
    assert kafka.committed_offsets == {kafka.place: (5, "")}
    assert [reason for _, _, reason, _ in await bench.dead()] == [
        "the records 1 to 4 were deleted before they were read"
    ]


async def test_gaps_that_transactions_and_compaction_leave_are_not_taken_for_deleted_records(bench):
    await bench.start()
    producer = AIOKafkaProducer(bootstrap_servers=bench.settings.kafka_bootstrap, transactional_id=bench.topic)
    await producer.start()
    for number in range(3):
        async with producer.transaction():
            await producer.send_and_wait(bench.topic, partition=0, **thing(f"t-{number}"))
    await producer.stop()

    async def all_applied():
        return len(await bench.things()) == 3

    await eventually(all_applied, because="three transactions are read")
    await bench.subscriptions.look_for_deleted()
    assert await bench.dead() == []


async def test_a_reader_that_stands_still_is_seen_though_the_broker_answers(bench):
    await bench.start()
    await bench.send(thing("a"))
    await eventually(bench.committed_everything, because="it reads")
    [reading] = await bench.subscriptions.readings()
    assert (reading.group, reading.position, reading.unread, reading.busy) == (bench.consumer.group, 1, 0, False)
    assert time.time() - reading.fetched_at < 5
    bench.reader.apply = _time_does_not_mend
    await bench.send(thing("b"))

    async def stands():
        [reading] = await bench.subscriptions.readings()
        return reading.busy

    await eventually(stands, because="the batch is tried again and again")


async def _time_does_not_mend(*_):
    raise asyncpg.DeadlockDetectedError("again and again")
