"""A topic, a database and a running consumer, for tests of the batch consumer on real Kafka and PostgreSQL."""

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from pydantic import BaseModel, ConfigDict

from chassis import migration
from chassis.consumer import Consumer, PermanentError
from chassis.guard import Known
from chassis.settings import ServiceSettings
from chassis.subscribing import Subscriptions

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
        self.mended = False

    async def known(self, connection, aggregates):
        rows = await connection.fetch("SELECT * FROM thing WHERE id = ANY($1) ORDER BY id FOR UPDATE", aggregates)
        return {row["id"]: Known(row["version"], row["hash"]) for row in rows}

    async def apply(self, connection, events, held):
        for event in events:
            if event.aggregate.startswith("impossible"):
                raise PermanentError("the domain refuses")
            if event.aggregate.startswith("bug") and not self.mended:
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
