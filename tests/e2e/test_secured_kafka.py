"""A service on a Kafka that asks for TLS and a password (SASL_SSL, SCRAM-SHA-512), as in production (D38, X15)."""

import shutil
import tempfile
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError

from chassis.provisioning import create_service_database
from chassis.settings import kafka_connection
from event_schemas.catalogue import MISSION
from imagin_dev.cyclades import closings, inscriptions_file, producer
from imagin_ops import topics
from testkit.eventually import eventually
from testkit.parts.secured_kafka import SecuredKafka
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


@pytest_asyncio.fixture(loop_scope="session")
async def start(kafka, postgres):
    """Starts mission-import with a password from a file; stopped at the end."""
    folder = Path(tempfile.mkdtemp(prefix="imagin-secured-"))
    started = []

    async def start(password):
        url = await create_service_database(postgres.admin_url, "mission_import", password="p" * 20, name="secured")
        (folder / "password").write_text(password)
        environment = {
            "IMAGIN_TOKEN_KEY": "key-of-the-tests-" * 3,
            "MISSION_IMPORT_DATABASE_URL": url,
            "MISSION_IMPORT_KAFKA_BOOTSTRAP": kafka.secured,
            "MISSION_IMPORT_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "MISSION_IMPORT_KAFKA_SASL_USERNAME": USER,
            "MISSION_IMPORT_KAFKA_SASL_PASSWORD_FILE": str(folder / "password"),
            "MISSION_IMPORT_KAFKA_CA_FILE": str(kafka.ca_file),
        }
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
