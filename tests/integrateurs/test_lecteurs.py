"""The kit's readers in Python, Java and shell, on a real Kafka: the same and the right rights, or a sentence."""

import asyncio
import json
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from event_schemas.catalogue import HABILITATION, HABILITATION_STATE
from event_schemas.examples import examples
from testkit.eventually import eventually
from testkit.parts.secured_kafka import SecuredKafka
from testkit.ports import free_port
from testkit.topics import create_topic as create_topic_on
from testkit.topics import delete_topic, read_all

LATER = {"cleanup.policy": "compact", "segment.ms": "100"}
NOW = LATER | {"min.cleanable.dirty.ratio": "0.01", "delete.retention.ms": "0"}
LATER |= {"min.compaction.lag.ms": "3600000"}
EXAMPLE = json.loads(examples()[HABILITATION_STATE]["coordinateur"].to_bytes())
PEOPLE = 300


def key(number):
    return str(UUID(int=number * 7919)).encode()


def right(number, version, status="GRANTED", role="CORRECTEUR", **unknown):
    body = EXAMPLE | {"convocation_id": key(number).decode(), "version": version, "status": status, "role": role}
    return key(number), json.dumps(body | unknown, ensure_ascii=False).encode()


def line(number, version, status="GRANTED", role="CORRECTEUR", access="droit"):
    return f"{key(number).decode()} {version} {status} {role} {access}"


def log():
    """What is written, in its order, and the lines that a reader must print of it."""
    numbers = range(1, PEOPLE + 1)
    records = [right(number, 1) for number in numbers]
    expected = {number: line(number, 1) for number in numbers}
    for number in numbers[::3]:
        records.append(right(number, 2, role="COORDINATEUR"))
        expected[number] = line(number, 2, role="COORDINATEUR")
    for number in numbers[::5]:
        records.append(right(number, 3, status="REVOKED"))
        expected[number] = line(number, 3, status="REVOKED", access="aucun")
    records += [right(1, 3, status="REVOKED"), right(1, 3, status="REVOKED")]  # sent again after a crash
    records += [right(6, 2), right(11, 1)]  # a lower version, later in the log
    records += [right(2, 4, role="HARMONISATEUR"), right(3, 2, salle="B12", detail={"lu": [1, None]})]
    expected |= {2: line(2, 4, role="HARMONISATEUR", access="aucun"), 3: line(3, 2)}
    records += [right(4, 5, status="REVOKED"), (key(4), None)]  # erased after the legal term
    del expected[4]
    return records, sorted(expected.values())


@asynccontextmanager
async def producing(bootstrap, **options):
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, **options)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def write(producer, records):
    for waiting in [await producer.send(HABILITATION, value, key=name) for name, value in records]:
        await waiting


async def write_what_is_never_seen(bootstrap):
    """A transaction that is given up: it would let back in whom it names."""
    async with producing(bootstrap, transactional_id="zombie") as zombie:
        await zombie.begin_transaction()
        await write(zombie, [right(number, 9) for number in range(1, 12)])
        await zombie.abort_transaction()


class Witness:
    """A reader that was always there: it has seen each record when it came."""

    def __init__(self, bootstrap):
        self.rights, self.seen = {}, 0
        self._consumer = AIOKafkaConsumer(
            HABILITATION,
            bootstrap_servers=bootstrap,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            fetch_max_wait_ms=100,
        )

    async def __aenter__(self):
        await self._consumer.start()
        self._task = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_):
        self._task.cancel()
        await self._consumer.stop()

    async def _read(self):
        async for record in self._consumer:
            self.seen += 1
            body = record.value and json.loads(record.value)
            if body is None:
                self.rights.pop(record.key)
            elif record.key not in self.rights or self.rights[record.key]["version"] < body["version"]:
                self.rights[record.key] = body

    def lines(self):
        known = {"COORDINATEUR", "CORRECTEUR"}
        return [
            f"{name.decode()} {one['version']} {one['status']} {one['role']} "
            f"{'droit' if one['status'] == 'GRANTED' and one['role'] in known else 'aucun'}"
            for name, one in sorted(self.rights.items())
        ]


async def ask(readers, *arguments):
    """What each reader answers, all at once: (exit code, lines, what it said) by language."""
    answers = await asyncio.gather(*(reader(*arguments) for reader in readers.values()))
    return dict(zip(readers, answers, strict=True))


async def all_print(readers, lines, *arguments):
    for language, answer in (await ask(readers, *arguments)).items():
        assert answer == (0, lines, ""), language


async def let_it_compact(bootstrap):
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, HABILITATION, NOW)])
    finally:
        await admin.close()


async def records_left(bootstrap):
    return len(await read_all({"bootstrap_servers": bootstrap}, HABILITATION))


async def test_all_readers_print_the_right_rights_before_and_after_compaction(kafka, create_topic, readers):
    await create_topic(HABILITATION, partitions=3, configs=LATER, exact=True)
    records, lines = log()
    async with Witness(kafka.bootstrap) as witness, producing(kafka.bootstrap) as producer:
        await write(producer, records)
        await write_what_is_never_seen(kafka.bootstrap)
        await eventually(lambda: witness.seen == len(records), because="the witness has read the whole log")
        assert witness.lines() == lines
        await all_print(readers, lines, kafka.bootstrap)
        # Compaction keeps the last record of a key, not the highest version: what is sent again is the current state.
        await write(producer, [right(6, 3, status="REVOKED"), right(11, 3, status="REVOKED")])

        await let_it_compact(kafka.bootstrap)

        async def compacted():
            await write(producer, [right(number, 1) for number in (5, 8, 9, 12, 15)])  # closes the old segments
            return await records_left(kafka.bootstrap) < PEOPLE * 1.2

        await eventually(compacted, timeout=60, because="older records are gone")
        await all_print(readers, witness.lines(), kafka.bootstrap)
    assert witness.lines() == lines


async def test_a_transaction_still_open_is_neither_seen_nor_waited_for(kafka, create_topic, readers):
    await create_topic(HABILITATION, partitions=2, exact=True)
    async with producing(kafka.bootstrap, transactional_id="open") as producer:
        async with producer.transaction():
            await write(producer, [right(1, 1), right(2, 1)])
        await producer.begin_transaction()
        await write(producer, [right(1, 2, status="REVOKED"), right(3, 1)])
        await all_print(readers, [line(1, 1), line(2, 1)], kafka.bootstrap)
        await producer.commit_transaction()
    await all_print(readers, [line(1, 2, "REVOKED", access="aucun"), line(2, 1), line(3, 1)], kafka.bootstrap)


async def test_an_event_of_a_type_that_is_not_known_gives_no_right_and_ends_nothing(kafka, create_topic, readers):
    await create_topic(HABILITATION, exact=True)
    async with producing(kafka.bootstrap) as producer:
        for (name, value), ce_type in (
            (right(1, 1), HABILITATION_STATE),
            (right(1, 2, status="REVOKED"), "fr.imagin.essai.v1"),
            (right(2, 1), "fr.imagin.essai.v1"),
            ((key(3), b"<essai/>"), "fr.imagin.essai.v1"),
            (right(4, 1), HABILITATION_STATE),
        ):
            headers = [("ce_source", b"/imagin/essai"), ("ce_type", ce_type.encode()), ("ce_id", b"1")]
            await producer.send_and_wait(HABILITATION, value, key=name, headers=headers)
    await all_print(readers, sorted([line(1, 1), line(4, 1)]), kafka.bootstrap)


async def test_an_empty_topic_is_no_right_and_no_error(kafka, create_topic, readers):
    await create_topic(HABILITATION, partitions=2, exact=True)
    await all_print(readers, [], kafka.bootstrap)


@pytest.mark.parametrize("value", [b"{not json", b"[]", b'{"version": 1, "status": "GRANTED"}'])
async def test_an_unreadable_right_ends_the_reading_and_is_named_without_its_value(kafka, create_topic, readers, value):
    await create_topic(HABILITATION, exact=True)
    async with producing(kafka.bootstrap) as producer:
        await write(producer, [right(1, 1), (key(2), value)])
    for language, (code, lines, said) in (await ask(readers, kafka.bootstrap)).items():
        assert (code, lines) == (1, []), language
        assert "partition 0, offset 1" in said, language
        assert "GRANTED" not in said, language


@pytest.mark.parametrize("missing", ["topic", "kafka"])
async def test_without_the_topic_or_without_kafka_a_sentence_says_so(kafka, readers, missing):
    await delete_topic(kafka.bootstrap, HABILITATION)
    address = kafka.bootstrap if missing == "topic" else f"127.0.0.1:{free_port()}"
    for language, (code, lines, said) in (await ask(readers, address)).items():
        assert (code, lines) == (1, []), language
        assert HABILITATION in said, language
        assert len(said.splitlines()) == 1, (language, said)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def secured():
    """A Kafka with TLS and passwords, with one right on it."""
    async with SecuredKafka({"santorin": "invented-password"}) as kafka:
        await create_topic_on(kafka.bootstrap, HABILITATION)
        async with producing(kafka.bootstrap) as producer:
            await write(producer, [right(1, 1)])
        yield kafka


async def test_over_tls_with_a_password_the_settings_file_of_kafka_is_enough(readers, secured, tmp_path):
    jaas = 'org.apache.kafka.common.security.scram.ScramLoginModule required username="santorin" password="{}";'
    settings = ["security.protocol=SASL_SSL", "sasl.mechanism=SCRAM-SHA-512", "ssl.truststore.type=PEM"]
    settings += [f"ssl.truststore.location={secured.ca_file}"]
    right_one, wrong_one = tmp_path / "client.properties", tmp_path / "wrong.properties"
    right_one.write_text("\n".join([*settings, "sasl.jaas.config=" + jaas.format("invented-password")]))
    wrong_one.write_text("\n".join([*settings, "sasl.jaas.config=" + jaas.format("another-password")]))
    await all_print(readers, [line(1, 1)], secured.secured, right_one)
    for language, (code, lines, said) in (await ask(readers, secured.secured, wrong_one)).items():
        assert (code, lines) == (1, []), language
        assert HABILITATION in said, language
        assert "another-password" not in said, language
