"""The fixtures give real parts that work, and nothing is shared that should not be."""

from email.message import EmailMessage
from smtplib import SMTP

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from testkit.eventually import eventually


async def test_a_record_sent_is_read_back(kafka, create_topic):
    topic = await create_topic("fixtures", partitions=2)
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        await producer.send_and_wait(topic, b"value", key=b"key")
    async with AIOKafkaConsumer(topic, bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest") as consumer:
        record = await consumer.getone()
    assert (record.key, record.value) == (b"key", b"value")


async def test_a_transaction_commits_on_the_single_node(kafka, create_topic):
    topic = await create_topic()
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, transactional_id="fixtures")
    async with producer, producer.transaction():
        record = await producer.send_and_wait(topic, b"value")
    assert record.offset == 0


async def test_a_topic_of_an_exact_name_is_made_anew(kafka, create_topic):
    for _ in range(2):
        topic = await create_topic("fixtures.exact", exact=True)
        async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
            assert (await producer.send_and_wait(topic, b"value")).offset == 0


async def test_two_databases_of_one_name_are_two(create_database):
    first, second = await create_database("same"), await create_database("same")
    connection = await asyncpg.connect(first)
    await connection.execute("CREATE TABLE mine (id int)")
    await connection.close()
    other = await asyncpg.connect(second)
    assert await other.fetchval("SELECT to_regclass('mine')") is None
    await other.close()


async def test_a_service_writes_rows_but_cannot_change_tables(database):
    found = await database("mission_import")
    connection = await asyncpg.connect(found.url)
    await connection.execute("DELETE FROM outbox")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("DROP TABLE outbox")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE TABLE mine (id int)")
    await connection.close()


async def test_a_copy_has_the_rights_that_the_installation_gives(database, template, postgres):
    names = [(await database("convocation")).url.rpartition("/")[2], await template("convocation")]
    connection = await asyncpg.connect(postgres.admin_url)
    query = "SELECT datdba, datacl::text[] AS rights FROM pg_database WHERE datname = $1"
    copied, made = [await connection.fetchrow(query, name) for name in names]
    assert (copied["datdba"], sorted(copied["rights"])) == (made["datdba"], sorted(made["rights"]))
    await connection.close()


async def test_a_service_cannot_enter_the_database_of_another(database):
    of_one, of_other = await database("mission_import"), await database("convocation")
    stranger = of_one.url.replace(of_one.url.rpartition("/")[2], of_other.url.rpartition("/")[2])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(stranger)


def _send(port: int) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@exemple.fr", "b@exemple.fr", "Convocation"
    message.set_content("Été")
    with SMTP("127.0.0.1", port) as client:
        client.send_message(message)


def test_the_mail_server_keeps_what_it_took(smtp):
    _send(smtp.port)
    [mail] = smtp.mailed
    assert mail.recipients == ("b@exemple.fr",)
    assert mail.message["Subject"] == "Convocation"
    assert mail.message.get_content().strip() == "Été"


async def test_eventually_says_what_it_waited_for():
    with pytest.raises(AssertionError, match=r"not within 0\.05 s: a row appears; last result: 0"):
        await eventually(lambda: 0, timeout=0.05, because="a row appears")
