"""The batch consumer on real Kafka and PostgreSQL: bad records die alone, good ones apply, nothing is lost or hot."""

import json
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from pydantic import BaseModel, ConfigDict

from chassis import migration, outbox, service
from chassis.consumer import Consumer, Known, PermanentError
from chassis.settings import ServiceSettings
from chassis.subscribing import Subscriptions
from testkit import batches
from testkit.batches import CODECS, batch, renamed
from testkit.eventually import eventually

TYPE = "fr.imagin.thing.v1"


class Thing(BaseModel):
    model_config = ConfigDict(strict=True, hide_input_in_errors=True)
    id: str
    version: int
    hash: str

    @property
    def aggregate(self) -> str:
        return self.id

    @property
    def key(self) -> str:
        return self.id


class ThingReader:
    """Keeps things in a table; « impossible » is refused by the domain, « bug » raises, « later » fails once."""

    types = (TYPE,)

    def __init__(self, topic):
        self.topic = topic
        self.failures = 0

    async def known(self, connection, aggregates):
        rows = await connection.fetch("SELECT * FROM thing WHERE id = ANY($1) ORDER BY id FOR UPDATE", aggregates)
        return {row["id"]: Known(row["version"], row["hash"]) for row in rows}

    async def apply(self, connection, events, held):
        for event in events:
            if event.aggregate.startswith("impossible"):
                raise PermanentError("the domain refuses")
            if event.aggregate.startswith("bug"):
                raise KeyError("a value that must not be quoted")
            if event.aggregate.startswith("later") and not self.failures:
                self.failures += 1
                raise asyncpg.DeadlockDetectedError("mended by time")
        await connection.executemany(
            """INSERT INTO thing VALUES ($1, $2, $3, 1) ON CONFLICT (id)
            DO UPDATE SET version = excluded.version, hash = excluded.hash, effects = thing.effects + 1""",
            [(event.aggregate, event.version, event.hash) for event in events],
        )


class Bench:
    """A topic, a database and a running consumer of ThingReader."""

    def __init__(self, topic, pool, settings):
        self.topic, self.pool, self.settings = topic, pool, settings
        self.reader = ThingReader(topic)
        self.consumer = Consumer(
            self.reader, group=f"{topic}.group", models={TYPE: Thing}, pool=pool, after_commit=lambda: None
        )
        self.subscriptions = None

    async def start(self):
        self.subscriptions = Subscriptions(self.settings, [self.consumer])
        await self.subscriptions.start()

    async def send(self, *records):
        producer = AIOKafkaProducer(bootstrap_servers=self.settings.kafka_bootstrap)
        await producer.start()
        try:
            for record in records:
                await producer.send_and_wait(self.topic, partition=0, **record)
        finally:
            await producer.stop()

    async def committed_everything(self):
        kafka = AIOKafkaConsumer(bootstrap_servers=self.settings.kafka_bootstrap, group_id=self.consumer.group)
        await kafka.start()
        try:
            partition = TopicPartition(self.topic, 0)
            end = (await kafka.end_offsets([partition]))[partition]
            return await kafka.committed(partition) == end
        finally:
            await kafka.stop()

    async def things(self):
        rows = await self.pool.fetch("SELECT id, version, effects FROM thing ORDER BY id")
        return [tuple(row) for row in rows]

    async def dead(self):
        rows = await self.pool.fetch('SELECT "offset", stage, reason, state FROM dead_letter ORDER BY "offset"')
        return [tuple(row) for row in rows]


@pytest.fixture
async def bench(kafka, create_database, create_topic):
    class Settings(ServiceSettings):
        service_name = "chassis"

    url = await create_database("consumer")
    async with asyncpg.create_pool(url, min_size=1) as pool:
        async with pool.acquire() as connection:
            await migration.migrate(connection, migration.of_packages(["chassis"]))
            await connection.execute("CREATE TABLE thing (id text PRIMARY KEY, version int, hash text, effects int)")
        settings = Settings(database_url=url, kafka_bootstrap=kafka.bootstrap)
        bench = Bench(await create_topic("things"), pool, settings)
        yield bench
        if bench.subscriptions:
            await bench.subscriptions.stop()


def thing(name, version=1, digest=None, headers=((("ce_type"), TYPE.encode()),)):
    body = {"id": name, "version": version, "hash": digest or f"h{version}"}
    return {"key": name.encode(), "value": json.dumps(body).encode(), "headers": list(headers)}


BAD = [
    {"key": b"a", "value": b"{no", "headers": [("ce_type", TYPE.encode())]},
    {"key": b"a", "value": None, "headers": [("ce_type", TYPE.encode())]},
    thing("a", headers=[("ce_type", b"\xff\xfe")]),
    thing("a", headers=[("ce_type", TYPE.encode()), ("ce_id", None)]),
    thing("a", headers=[("ce_type", b"fr.imagin.unknown.v1")]),
    {"key": b"a", "value": b"x" * 950_000, "headers": [("ce_type", TYPE.encode())]},
    thing("impossible"),
    thing("bug"),
    {**thing("nul\x00"), "headers": [("ce_type", TYPE.encode()), ("n\x00ul", b"x")]},
]


async def test_bad_records_of_every_kind_die_alone_with_their_coordinates_and_neighbours_apply(bench):
    records = [record for number, bad in enumerate(BAD) for record in (thing(f"good-{number}"), bad)]
    await bench.send(*records)
    await bench.start()
    await eventually(bench.committed_everything, because="every offset is committed")
    assert await bench.things() == [(f"good-{number}", 1, 1) for number in range(len(BAD))]
    dead = await bench.dead()
    assert [offset for offset, *_ in dead] == [2 * number + 1 for number in range(len(BAD))]
    assert [reason for _, stage, reason, _ in dead if stage == "APPLY"] == [
        "the domain refuses",
        "KeyError",
        "CharacterNotInRepertoireError",
    ]


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
        ("DECODE", "the value has 20000000 bytes, more than 900000"),
    ]
    assert await bench.pool.fetchval("SELECT max(length(value)) FROM dead_letter") < 100_000


async def test_all_redelivered_ten_times_changes_nothing(bench):
    await bench.send(thing("a"), thing("b"), thing("a", 2), BAD[0])
    await bench.start()
    await eventually(bench.committed_everything, because="the first pass is done")
    before = await bench.things(), await bench.dead()
    kafka = bench.subscriptions._subscribers[0].consumer
    for _ in range(10):
        kafka.seek(TopicPartition(bench.topic, 0), 0)
        await bench.send(thing("a", 2))
        await eventually(bench.committed_everything, because="the replay is done")
    assert (await bench.things(), await bench.dead()) == before
    assert before[0] == [("a", 2, 2), ("b", 1, 1)]


async def test_an_error_that_time_can_mend_rewinds_the_batch_and_loses_nothing(bench):
    await bench.send(thing("a"), thing("later"), thing("b"))
    await bench.start()
    await eventually(bench.committed_everything, because="the batch went through at the second try")
    assert [name for name, *_ in await bench.things()] == ["a", "b", "later"]
    assert await bench.dead() == []


async def test_a_later_valid_version_closes_the_dead_letter_of_its_aggregate(bench):
    await bench.send(thing("a", 1), thing("a", 1, "fork"), thing("b", 1, "h1"))
    await bench.start()
    await eventually(bench.committed_everything, because="the fork is dead")
    assert await bench.dead() == [(1, "CONFLICT", "same version, other content", "OPEN")]
    await bench.send(thing("a", 2))
    await eventually(bench.committed_everything, because="version 2 applied")
    assert [state for *_, state in await bench.dead()] == ["SUPERSEDED"]


async def test_a_dead_letter_that_is_retried_applies_once_the_cause_is_gone(bench):
    await bench.send(thing("bug-1"))
    await bench.start()
    await eventually(bench.committed_everything, because="the record is dead")
    await bench.pool.execute("UPDATE dead_letter SET state = 'RETRY'")
    assert await bench.consumer.retry_dead_letters() == 1
    assert [state for *_, state in await bench.dead()] == ["OPEN"]
    bench.reader.apply = _apply_anything.__get__(bench.reader)
    await bench.pool.execute("UPDATE dead_letter SET state = 'RETRY'")
    assert await bench.consumer.retry_dead_letters() == 1
    assert [state for *_, state in await bench.dead()] == ["RETRIED"]
    assert await bench.things() == [("bug-1", 1, 1)]


async def _apply_anything(_, connection, events, held):
    rows = [(event.aggregate, event.version, event.hash) for event in events]
    await connection.executemany("INSERT INTO thing VALUES ($1, $2, $3, 1)", rows)


async def test_what_waits_in_the_outbox_and_what_is_dead_is_counted(bench):
    await bench.send(thing("bug"))
    await bench.start()
    await eventually(bench.dead, because="it is dead")
    key = UUID(int=1)
    await outbox.append(bench.pool, [outbox.Outgoing("t", TYPE, str(key), key, 1, b"{}")])
    [waiting] = await outbox.waiting(bench.pool)
    assert (waiting.topic, waiting.pending, waiting.oldest_seconds >= 0) == ("t", 1, True)
    row = await bench.pool.fetchrow(service._DEAD, record_class=service._Dead)
    assert row.dead == 1
