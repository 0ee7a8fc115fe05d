"""Every reader of the four services reads what was published, what is older and what is newer, on a real database."""

import copy
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_asyncio
from aiokafka import ConsumerRecord

from chassis import migration
from chassis.cloudevents import Cause, encode
from chassis.consumer import Consumer
from chassis.database import create_pool
from convocation import main as convocation
from convocation.settings import Settings as ConvocationSettings
from event_schemas.catalogue import EVENT_TYPES, TOPICS
from event_schemas.json_schemas import body_schema
from mission_import import main as mission_import
from mission_import.settings import Settings as MissionImportSettings
from notifier import main as notifier
from notifier.settings import Settings as NotifierSettings
from santorin_bridge import main as santorin_bridge
from santorin_bridge.settings import Settings as SantorinBridgeSettings

PUBLISHED = Path(__file__).parents[2] / "schemas" / "baseline" / "examples"
KEYS = {name: f"{name}-of-the-tests-" * 2 for name in ("link_keys", "verification_keys", "calendar_keys")}
SERVICES = [
    ("mission_import", mission_import.build, MissionImportSettings, {}),
    ("convocation", convocation.build, ConvocationSettings, KEYS),
    ("santorin_bridge", santorin_bridge.build, SantorinBridgeSettings, {"convocation_url": "http://c.invalid"}),
    ("notifier", notifier.build, NotifierSettings, {"convocation_url": "http://c.invalid", "mail_dir": Path("m")}),
]
NOW = datetime(2020, 1, 10, tzinfo=UTC)
_DECLARE = "INSERT INTO session_declaree (session, libelle, par, le) VALUES ($1, '', 'x', now())"
SESSIONS = sorted(
    {json.loads(file.read_bytes()).get("session", "") for file in PUBLISHED.glob("fr.imagin.mission-*/*.json")}
)
UNKNOWN = {"champ_nouveau": "x", "partie_nouvelle": {"a": [1, None]}}


def services():
    """Each service as its `main` wires it: a reader added there is read with here, unasked."""
    for package, build, settings, more in SERVICES:
        given = {"database_url": "postgresql://unused.invalid/x", "kafka_bootstrap": "unused.invalid:9092"}
        runtime = SimpleNamespace(
            settings=settings(**given, token_key="key-of-the-tests-" * 3, **more),
            pool=None,
            relay=SimpleNamespace(wake=lambda: None),
        )
        yield package, build(runtime)


READERS = [
    pytest.param(package, group, reader, service.models, id=group)
    for package, service in services()
    for group, reader in service.readers.items()
]


def published(reader):
    """The published examples of a reader's topic, versions in order: (ce_type, body)."""
    found = [(file.parent.name, json.loads(file.read_bytes())) for file in PUBLISHED.glob("*/*.json")]
    mine = [(ce_type, body) for ce_type, body in found if ce_type in reader.types]
    return sorted(mine, key=lambda one: one[1].get("version") or one[1]["revision"])


def older(topic, body):
    """The body as the first writer of the topic could have sent it: nothing but the required fields."""
    schema = body_schema(TOPICS[topic])

    def required(node, value):
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]]
        if isinstance(value, list):
            return [required(node["items"], one) for one in value]
        if not isinstance(value, dict):
            return value
        return {name: required(node["properties"][name], value[name]) for name in node["required"]}

    return required(schema, body)


def newer(_topic, body):
    """The body as a later writer may send it: a field and a part nobody knows yet, at every level."""
    if isinstance(body, dict):
        return {name: newer(_topic, value) for name, value in body.items()} | copy.deepcopy(UNKNOWN)
    return [newer(_topic, one) for one in body] if isinstance(body, list) else body


def as_published(_topic, body):
    return body


class Bench:
    """A reader on its service's migrated database, fed through the consumer of the chassis."""

    def __init__(self, reader, consumer, pool):
        self.reader, self.pool, self._consumer = reader, pool, consumer

    async def read(self, events):
        """The states as decoded, by (aggregate, version)."""
        records, states = [], {}
        for offset, (ce_type, body) in enumerate(events):
            value = json.dumps(body).encode()
            state = EVENT_TYPES[ce_type].model.model_validate_json(value)
            headers = encode(ce_type, "/ancien", state.key, f"id-{offset}", NOW, Cause())
            records.append(record(self.reader.topic, offset, state.key.encode(), value, headers))
            states[state.aggregate] = state
        await self._consumer.on_batch(records, FakeKafka())
        return states

    async def dead(self):
        return await self.pool.fetch("SELECT stage, reason FROM dead_letter")

    async def held(self, aggregates):
        async with self.pool.acquire() as connection, connection.transaction():
            return await self.reader.known(connection, sorted(aggregates))


class FakeKafka:
    """Where offsets are committed: Kafka is no part of what is asked here."""

    async def commit(self, offsets):
        self.offsets = offsets

    def assignment(self):
        return set()

    async def committed(self, _):
        """The group reads for the first time."""


def record(topic, offset, key, value, headers):
    return ConsumerRecord(
        topic, 0, offset, int(time.time() * 1000), 0, key, value, None, len(key), len(value), tuple(headers)
    )


@pytest_asyncio.fixture(loop_scope="session")
async def bench(database):
    pools = []

    async def make(package, group, reader, models):
        pool = create_pool((await database(package)).url, size=2)
        pools.append(await pool)
        migrations = migration.of_service(package)
        if package == "convocation":  # what nobody declared would wait
            await pool.executemany(_DECLARE, [[session] for session in SESSIONS])
        consumer = Consumer(
            reader, group=group, models=models, pool=pool, migrations=migrations, after_commit=lambda: None
        )
        return Bench(reader, consumer, pool)

    yield make
    for pool in pools:
        await pool.close()


@pytest.mark.parametrize("change", [as_published, older, newer])
@pytest.mark.parametrize(("package", "group", "reader", "models"), READERS)
async def test_every_reader_applies_published_older_and_newer_bodies_without_a_dead_letter(
    bench, package, group, reader, models, change
):
    one = await bench(package, group, reader, models)
    events = [(ce_type, change(reader.topic, body)) for ce_type, body in published(reader)]
    assert {ce_type for ce_type, _ in events} == set(reader.types)
    states = await one.read(events)
    assert await one.dead() == []
    held = await one.held(states)
    assert {name: (known.version, known.hash) for name, known in held.items()} == {
        name: (state.version, state.hash) for name, state in states.items()
    }


async def test_every_topic_that_a_service_of_ours_is_said_to_read_is_read_with_here():
    said = {group for topic in TOPICS.values() for group in topic.readers.values()}
    wired = {parameter.values[1] for parameter in READERS}
    assert said - wired == {"santorin.habilitation", "cyclades.reponse"}  # SANTORIN's own, and Cyclades's
    assert wired <= said
