"""A service on a Kafka that asks for TLS and a password (SASL_SSL, SCRAM-SHA-512), as in production (D38, X15)."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError

from chassis.connecting import kafka_connection
from chassis.provisioning import create_service_database
from event_schemas.catalogue import MISSION
from imagin_dev.cyclades import closings, inscriptions_file, producer
from imagin_ops import topics
from testkit.eventually import eventually
from testkit.pair import Pair
from testkit.parts.jars import kafka_libs, reader_libs
from testkit.parts.java import find_java
from testkit.parts.secured_kafka import SecuredKafka
from testkit.ports import free_ports
from testkit.processes import ServiceProcess

USER, PASSWORD = "mission-import", "invented-password"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def kafka():
    async with SecuredKafka({USER: PASSWORD}) as kafka:
        await topics.apply({"bootstrap_servers": [kafka.bootstrap]})
        yield kafka


def connection(kafka, **changes):
    how = {"username": USER, "password": PASSWORD, "ca_file": kafka.ca_file} | changes
    return kafka_connection(bootstrap=kafka.secured, security_protocol="SASL_SSL", **how)


def settings(kafka, database_url):
    """All but the password."""
    return {
        "IMAGIN_TOKEN_KEY": "key-of-the-tests-" * 3,
        "MISSION_IMPORT_DATABASE_URL": database_url,
        "MISSION_IMPORT_KAFKA_BOOTSTRAP": kafka.secured,
        "MISSION_IMPORT_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "MISSION_IMPORT_KAFKA_SASL_USERNAME": USER,
        "MISSION_IMPORT_KAFKA_CA_FILE": str(kafka.ca_file),
    }


@pytest_asyncio.fixture(loop_scope="session")
async def start(kafka, postgres):
    """Starts mission-import with a password from a file; stopped at the end."""
    folder = Path(tempfile.mkdtemp(prefix="imagin-secured-"))
    started = []

    async def start(password):
        url = await create_service_database(postgres.admin_url, "mission_import", password="p" * 20, name="secured")
        (folder / "password").write_text(password)
        environment = settings(kafka, url) | {"MISSION_IMPORT_KAFKA_SASL_PASSWORD_FILE": str(folder / "password")}
        started.append(ServiceProcess.of("mission_import", environment, log=folder / "log"))
        return started[-1]

    yield start
    for service in started:
        service.terminate()
    shutil.rmtree(folder)


async def test_a_service_consumes_and_relays_over_tls_with_its_password(kafka, start):
    service = await start(PASSWORD)
    await service.wait_ready()
    made = inscriptions_file.of_events(closings.synthetic(3, 4))
    await producer.send(connection(kafka), made, lambda _: None)
    reader = AIOKafkaConsumer(
        MISSION, **connection(kafka), auto_offset_reset="earliest", isolation_level="read_committed"
    )
    await reader.start()
    try:
        records = [await reader.getone() for _ in range(3 * 5)]
    finally:
        await reader.stop()
    assert len({record.key for record in records}) == 15


async def test_with_a_wrong_password_it_waits_and_its_log_says_what_to_look_at(kafka, start):
    service = await start("wrong")

    async def hinted():
        return "SASL user and password" in service.log_tail()

    await eventually(hinted, timeout=20, because="the log names the password, which Kafka does not")
    assert service.alive()


async def test_a_broker_that_another_authority_signed_is_refused(kafka):
    reader = AIOKafkaConsumer(**connection(kafka, ca_file=None))
    try:
        with pytest.raises(KafkaConnectionError):
            await reader.start()
    finally:
        await reader.stop()


async def test_the_app_role_of_a_service_cannot_change_its_tables(postgres):
    url = await create_service_database(postgres.admin_url, "mission_import", password="p" * 20, name="secured")
    database = await asyncpg.connect(url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.execute("DROP TABLE mission")
    finally:
        await database.close()


async def kafka_configs(kafka, change, value):
    """`kafka-configs.sh --alter` on the user, as the operator types it."""
    libs = os.pathsep.join(f"{folder}/*" for folder in (kafka_libs(print), reader_libs(print)))
    tool = [find_java(), "-cp", libs, "org.apache.kafka.tools.ConfigCommand", "--bootstrap-server", kafka.bootstrap]
    words = ["--alter", "--entity-type", "users", "--entity-name", USER, change, value]
    done = await asyncio.to_thread(subprocess.run, [*tool, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


async def test_a_password_of_kafka_is_replaced_while_closings_come_and_each_is_applied_and_told(
    kafka, postgres, tmp_path
):
    """As deploy/securite.md has it: another one under the other mechanism, all processes, then the first one goes."""
    url = await create_service_database(postgres.admin_url, "mission_import", password="p" * 20, name="replaced")
    database = await asyncpg.connect(url)
    environment = settings(kafka, url) | {"MISSION_IMPORT_KAFKA_SASL_PASSWORD": PASSWORD}
    following = {
        "MISSION_IMPORT_KAFKA_SASL_MECHANISM": "SCRAM-SHA-256",
        "MISSION_IMPORT_KAFKA_SASL_PASSWORD": "another-invented-one",
    }
    told = inscriptions_file.of_events(closings.synthetic(50, 1))
    sent = 0

    async def cyclades_closes_ten():
        nonlocal sent
        await producer.send({"bootstrap_servers": [kafka.bootstrap]}, told[sent : sent + 10], lambda _: None)
        sent += 10

    async def all_told():
        applied = await database.fetchval("SELECT count(*) FROM cloture")
        return applied == sent and await database.fetchval("SELECT count(*) FROM outbox") == 0

    async with Pair("mission_import", environment, folder=tmp_path, ports=(free_ports(2), free_ports(2))) as pair:
        await cyclades_closes_ten()
        await kafka_configs(kafka, "--add-config", "SCRAM-SHA-256=[password=another-invented-one]")
        for number in range(2):
            await cyclades_closes_ten()
            await pair.start(number, **following)
        await cyclades_closes_ten()
        await kafka_configs(kafka, "--delete-config", "SCRAM-SHA-512")
        await cyclades_closes_ten()
        await eventually(all_told, because="each closing is applied and told")
        assert await database.fetchval("SELECT count(*) FROM dead_letter") == 0
    await database.close()
    reader = AIOKafkaConsumer(**connection(kafka))
    with pytest.raises(KafkaConnectionError):
        await reader.start()
    await reader.stop()
