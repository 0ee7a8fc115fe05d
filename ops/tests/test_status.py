"""`imagin status` and `doctor`: what is frozen, away, late or dead is told, and both end in time."""

import contextlib
import time
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from chassis import metrics, outbox
from chassis.database import connect
from chassis.outbox import Outgoing
from event_schemas.catalogue import CONVOCATION, MISSION
from imagin_ops.services import NOTIFIER, SERVICES

LIMIT = 15
COMMANDS = pytest.mark.parametrize("command", ["status", "doctor"])


def exposed(*, standing=0.0, waits=0.0):
    """What a process exposes, under the names and labels of the chassis."""
    registry = CollectorRegistry()

    def gauge(one):
        return Gauge(one._name, one._documentation, one._labelnames, registry=registry)

    gauge(metrics.CONSUMER_STANDING_SECONDS).labels("notifier.convocation", CONVOCATION, "3").set(standing)
    gauge(metrics.CONSUMER_LAG).labels("notifier.convocation", CONVOCATION, "3").set(12)
    gauge(metrics.OUTBOX_AGE_SECONDS).labels("outbox").set(waits)
    return generate_latest(registry)


@contextlib.asynccontextmanager
async def database_of(installation, service):
    connection = await connect(installation[f"{service.prefix}DATABASE_URL"])
    yield connection
    await connection.close()


async def send(bootstrap, topic, *, seconds_ago, transactional=False, partition=0):
    transaction = {"transactional_id": f"test-{topic}"} if transactional else {}
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, **transaction)
    await producer.start()
    when = int((time.time() - seconds_ago) * 1000)
    async with producer.transaction() if transactional else contextlib.nullcontext():
        sent = await producer.send_and_wait(topic, b"{}", key=b"k", partition=partition, timestamp_ms=when)
    await producer.stop()
    return sent.offset


async def commit(bootstrap, group, topic, offset):
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    place = TopicPartition(topic, 0)
    consumer.assign([place])
    await consumer.commit({place: offset})
    await consumer.stop()


@COMMANDS
async def test_an_installation_that_is_well_is_said_to_be_well(imagin, installation, replica, command):
    urls = {f"{service.prefix}{name}": replica(text=exposed()) for service in SERVICES for name in ("URL", "OPS_URL")}
    done = await imagin(command, **installation, **urls)
    assert (done.code, done.err) == (0, ""), done.out
    assert "✗" not in done.out
    assert "muet" not in done.out


@COMMANDS
async def test_a_frozen_kafka_is_told_in_time_and_nothing_is_ok_with_it(imagin, installation, kafka, command):
    kafka.pause()
    try:
        done = await imagin.process(command, **installation)
    finally:
        kafka.resume()
    assert done.code == 1
    assert done.seconds < LIMIT
    assert ("Kafka            muet" if command == "status" else "✗ kafka : Kafka ne répond pas") in done.out
    assert "outbox" in done.out, "the databases are asked all the same"


@COMMANDS
async def test_a_frozen_postgresql_is_told_of_each_service_in_time(imagin, installation, postgres, command):
    postgres.pause()
    try:
        done = await imagin.process(command, **installation, IMAGIN_DATABASE_URL=postgres.admin_url)
    finally:
        postgres.resume()
    assert done.code == 1
    assert done.seconds < LIMIT
    assert done.out.count("pas de réponse") == (4 if command == "status" else 8)
    assert ("Kafka            ok" if command == "status" else "✓ kafka") in done.out


@COMMANDS
async def test_a_postgresql_that_is_away_is_told_without_a_trace(imagin, installation, command):
    away = {f"{service.prefix}DATABASE_URL": "postgresql://x:secret@127.0.0.1:1/x" for service in SERVICES}
    done = await imagin(command, **installation | away)
    assert done.code == 1
    assert done.out.count("base x sur 127.0.0.1:1 : pas de réponse (ConnectionRefusedError)") == 4
    assert "secret" not in done.out + done.err
    json = (await imagin(command, "--json", **installation | away)).json
    assert json["notifier"]["dead_letters"] is None if command == "status" else json["base notifier"]


@COMMANDS
async def test_everything_frozen_at_once_is_told_in_time(imagin, installation, kafka, postgres, frozen, command):
    urls = {f"{service.prefix}{name}": f"{frozen},{frozen}" for service in SERVICES for name in ("URL", "OPS_URL")}
    kafka.pause()
    postgres.pause()
    try:
        done = await imagin.process(command, **installation, **urls, IMAGIN_DATABASE_URL=postgres.admin_url)
    finally:
        kafka.resume()
        postgres.resume()
    assert done.code == 1
    assert done.seconds < LIMIT
    assert "muet" in done.out


@COMMANDS
async def test_each_replica_is_asked_and_shown(imagin, installation, replica, frozen, command):
    well, waiting = replica(), replica("migrations")
    done = await imagin(command, **installation, CONVOCATION_URL=f"{well}, {waiting},{frozen}", NOTIFIER_URL=well)
    assert done.code == 1
    lines = [line.split() for line in done.out.splitlines()]
    if command == "status":
        assert [words[1] for words in lines if words[0] in {well, waiting, frozen}] == ["ok", "migrations", "muet"]
    else:
        assert f"✓ service convocation {well}" in done.out
        assert f"✗ service convocation {waiting} : migrations" in done.out
        assert f"✗ service convocation {frozen} : muet" in done.out
        assert "✓ service notifier\n" in done.out
        assert "non interrogés : MISSION_IMPORT_URL, SANTORIN_BRIDGE_URL, MISSION_IMPORT_OPS_URL, " in done.err


@COMMANDS
async def test_metrics_that_nobody_gives_are_told(imagin, installation, replica, frozen, command):
    """A wrong address, a process that hangs, or the port where everybody is answered and metrics are not."""
    elsewhere = replica(text=b"<!doctype html>")
    urls = f"{replica(text=exposed())},{frozen},{elsewhere}"
    done = await imagin(command, **installation, NOTIFIER_OPS_URL=urls)
    assert done.code == 1
    assert done.out.count("muettes") == 2
    for url in (frozen, elsewhere):
        assert (
            f"{url:36} mesures muettes" if command == "status" else f"✗ mesures notifier {url} : muettes"
        ) in done.out


@COMMANDS
async def test_a_reader_that_a_replica_says_stands_still_is_told(imagin, installation, kafka, replica, command):
    await send(kafka.bootstrap, CONVOCATION, seconds_ago=1, partition=3)
    both = f"{replica(text=exposed(standing=45))},{replica(text=exposed(standing=3))}"
    done = await imagin(command, **installation, NOTIFIER_OPS_URL=both)
    assert done.code == 1
    assert f"notifier.convocation ne lit plus {CONVOCATION}/3 depuis 45 s (1 à lire)" in done.out
    moving = await imagin(command, **installation, NOTIFIER_OPS_URL=replica(text=exposed(standing=29)))
    assert (moving.code, "ne lit plus" in moving.out) == (0, False)


@COMMANDS
async def test_an_outage_that_a_replica_remembers_is_over_once_kafka_says_that_all_is_read(
    imagin, installation, kafka, replica, command
):
    """A process looks at its readers every five seconds, and Kafka may be back for four of them."""
    given = installation | {"NOTIFIER_OPS_URL": replica(text=exposed(standing=45))}
    done = await imagin(command, **given)
    assert (done.code, "ne lit plus" in done.out) == (0, False), done.out
    kafka.pause()
    try:
        frozen = await imagin.process(command, **given)
    finally:
        kafka.resume()
    assert f"ne lit plus {CONVOCATION}/3 depuis 45 s (à lire : inconnu)" in frozen.out


@COMMANDS
async def test_without_replicas_a_record_that_kafka_has_kept_waiting_is_told(imagin, installation, kafka, command):
    offset = await send(kafka.bootstrap, MISSION, seconds_ago=300)
    done = await imagin(command, **installation)
    assert done.code == 1
    assert f"convocation.mission ne lit plus {MISSION}/0 depuis 30" in done.out
    await commit(kafka.bootstrap, "convocation.mission", MISSION, offset + 1)
    await send(kafka.bootstrap, MISSION, seconds_ago=2)
    assert (await imagin(command, **installation)).code == 0


async def test_markers_of_transactions_are_nothing_to_read(imagin, installation, kafka):
    offset = await send(kafka.bootstrap, MISSION, seconds_ago=300, transactional=True)
    before = (await imagin("status", "--json", **installation)).json["convocation"]
    assert [(one["partition"], one["records"]) for one in before["standing"]] == [(0, 2)]
    await commit(kafka.bootstrap, "convocation.mission", MISSION, offset + 1)
    done = await imagin("status", "--json", **installation)
    assert (done.code, done.json["convocation"]["unread"]) == (0, 0)


@COMMANDS
async def test_what_waits_too_long_to_be_sent_is_told(imagin, installation, command):
    async with database_of(installation, NOTIFIER) as connection:
        await outbox.append(connection, [Outgoing("t", "t", "k", UUID(int=1), 1, b"{}")])
        assert (await imagin(command, **installation)).code == 0
        await connection.execute("UPDATE outbox SET created_at = now() - interval '2 minutes'")
    done = await imagin(command, **installation)
    assert done.code == 1
    assert ("outbox 1 (12" if command == "status" else "✗ outbox notifier : rien ne part depuis 12") in done.out


async def test_the_processes_remember_the_age_of_the_outbox_while_the_database_does_not_answer(
    imagin, installation, replica
):
    away = {"NOTIFIER_DATABASE_URL": "postgresql://127.0.0.1:1/x", "NOTIFIER_OPS_URL": replica(text=exposed(waits=99))}
    done = await imagin("doctor", **installation | away)
    assert "✗ outbox notifier : rien ne part depuis 99 s" in done.out


async def test_a_database_without_its_tables_is_told(imagin, installation, create_database):
    empty = await create_database("empty")
    done = await imagin("status", **installation | {"SANTORIN_BRIDGE_DATABASE_URL": empty})
    assert done.code == 1
    assert "UndefinedTableError" in done.out
    assert "SANTORIN         inconnu" in done.out
