"""The batch consumer on real Kafka and PostgreSQL: bad records die alone, good ones apply, nothing is lost or hot."""

import json
import time
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from pydantic import BaseModel, ConfigDict

from chassis import dead_letters, migration, outbox, service
from chassis.consumer import Consumer, PermanentError
from chassis.database import SchemaDiffers, can_wait
from chassis.guard import Known
from chassis.settings import ServiceSettings
from chassis.subscribing import Subscriptions
from testkit import batches
from testkit.batches import CODECS, batch, renamed
from testkit.eventually import eventually
from testkit.topics import delete_records

TYPE = "fr.imagin.thing.v1"
MIGRATIONS = migration.of_packages(["chassis"])


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
            self.reader,
            group=f"{topic}.group",
            models={TYPE: Thing},
            pool=pool,
            migrations=MIGRATIONS,
            after_commit=lambda: None,
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
            await migration.migrate(connection, MIGRATIONS)
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


LATER_RELEASE = "INSERT INTO schema_migrations (version) VALUES ('9999')"


@pytest.mark.parametrize(
    ("schema", "mended", "told"),
    [
        (
            "ALTER TABLE thing RENAME COLUMN effects TO effets",
            "ALTER TABLE thing RENAME COLUMN effets TO effects",
            "column thing.effects does not exist",
        ),
        (
            "ALTER TABLE thing RENAME TO chose",
            "ALTER TABLE chose RENAME TO thing",
            'relation "thing" does not exist',
        ),
        (
            f"ALTER TABLE thing ADD COLUMN numero text NOT NULL; {LATER_RELEASE}",
            "ALTER TABLE thing ALTER COLUMN numero DROP NOT NULL",
            "NotNullViolationError thing numero",
        ),
        (
            f"ALTER TABLE thing ADD CONSTRAINT nouvelle CHECK (id ~ '^[0-9]'); {LATER_RELEASE}",
            "ALTER TABLE thing DROP CONSTRAINT nouvelle",
            "CheckViolationError thing nouvelle",
        ),
    ],
    ids=["no column", "no table", "a later release's column", "a later release's constraint"],
)
async def test_a_schema_that_is_not_the_codes_stops_the_reader_and_makes_no_dead_letters(bench, schema, mended, told):
    names = [f"t{number:02}" for number in range(20)]
    await bench.pool.execute(schema)
    await bench.send(*map(thing, names))
    await bench.start()
    await eventually(lambda: bench.consumer.schema_refuses == told, because=told)
    assert (await bench.dead(), await bench.committed_everything()) == ([], False)
    await bench.pool.execute(mended)
    await eventually(bench.committed_everything, because="the schema fits")
    assert ([name for name, *_ in await bench.things()], await bench.dead()) == (names, [])
    assert bench.consumer.schema_refuses is None


async def test_a_constraint_of_its_own_schema_refuses_one_record_and_not_its_neighbours(bench):
    await bench.pool.execute("ALTER TABLE thing ADD CHECK (version < 5)")
    await bench.send(thing("a"), thing("b", 5), thing("c"))
    await bench.start()
    await eventually(bench.committed_everything, because="the refused one is dead")
    assert [name for name, *_ in await bench.things()] == ["a", "c"]
    assert await bench.dead() == [(1, "APPLY", "CheckViolationError", "OPEN")]


async def test_a_dead_letter_that_the_schema_refuses_when_retried_waits_for_its_next_try(bench):
    await bench.send(thing("bug-1"))
    await bench.start()
    await eventually(bench.dead, because="it is dead")
    bench.reader.apply = _apply_anything.__get__(bench.reader)
    await bench.pool.execute("ALTER TABLE thing RENAME TO chose; UPDATE dead_letter SET state = 'RETRY'")
    with pytest.raises(SchemaDiffers) as refused:
        await bench.consumer.retry_dead_letters()
    assert can_wait(refused.value)
    assert [state for *_, state in await bench.dead()] == ["RETRY"]


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
    row = await bench.pool.fetchrow(service._GAUGES, record_class=service._Gauges)
    assert (row.pending, row.dead, row.age >= 0) == (1, 1, True)
