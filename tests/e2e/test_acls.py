"""D19, D38: with the rights that the catalogue gives, one user alone writes the list of rights."""

import asyncio
import os

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError, TransactionalIdAuthorizationFailed

from chassis.connecting import kafka_connection
from event_schemas.catalogue import ACCUSE, CONVOCATION, HABILITATION, TOPICS
from imagin_ops import groups, parts, topics
from imagin_ops.acls import COUNTER, OPERATORS, Given, acls, commands, given, missing, strangers
from imagin_ops.connections import NoAnswer
from imagin_ops.readers import unread
from imagin_ops.services import SERVICES
from testkit.parts.jars import kafka_libs, reader_libs
from testkit.parts.java import find_java
from testkit.parts.secured_kafka import SecuredKafka

USERS = sorted({one.user for one in acls()})
PASSWORD = "invented-password"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def kafka():
    async with SecuredKafka(dict.fromkeys(USERS, PASSWORD), authorizer=True) as kafka:
        await topics.apply({"bootstrap_servers": [kafka.bootstrap]})
        libs = os.pathsep.join(f"{folder}/*" for folder in (kafka_libs(print), reader_libs(print)))
        tool = [find_java(), "-cp", libs, "org.apache.kafka.tools.AclCommand", "--bootstrap-server", kafka.bootstrap]
        gate = asyncio.Semaphore(2)

        async def allow(one):
            async with gate:
                process = await asyncio.create_subprocess_exec(
                    *tool, *one, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
                )
                said, _ = await process.communicate()
                assert process.returncode == 0, said.decode()

        await asyncio.gather(*map(allow, commands()))
        yield kafka


def connection(kafka, user):
    how = {"username": user, "password": PASSWORD, "ca_file": kafka.ca_file}
    return kafka_connection(bootstrap=kafka.secured, security_protocol="SASL_SSL", **how)


async def writes(kafka, user, topic, transactional_id=None):
    """None, or the error's class."""
    producer = AIOKafkaProducer(**connection(kafka, user), transactional_id=transactional_id)
    try:
        await producer.start()
        if transactional_id is None:
            await producer.send_and_wait(topic, b"x", key=b"k")
        else:
            async with producer.transaction():
                await producer.send_and_wait(topic, b"x", key=b"k")
    except KafkaError as error:
        return type(error)
    finally:
        await producer.stop()
    return None


async def reads(kafka, user, topic, group=None):
    consumer = AIOKafkaConsumer(topic, **connection(kafka, user), group_id=group, auto_offset_reset="earliest")
    try:
        await consumer.start()
        await consumer.getmany(timeout_ms=500)
    except KafkaError as error:
        return type(error)
    finally:
        await consumer.stop()
    return None


async def test_the_bridge_alone_writes_the_list_of_rights(kafka):
    assert await writes(kafka, "santorin-bridge", HABILITATION, "santorin-bridge.relay") is None
    for user in set(USERS) - {"santorin-bridge"}:
        assert await writes(kafka, user, HABILITATION) is TopicAuthorizationFailedError, user


async def test_the_doctor_compares_the_clusters_rights_with_the_catalogues(kafka):
    anonymous = {"bootstrap_servers": [kafka.bootstrap]}
    assert await parts.rights(anonymous) == {"droits sur Kafka": None}
    found = await given(anonymous)
    assert missing([one for one in found if one.user != "User:santorin" or one.resource != 2])[0].startswith(
        "santorin "
    )
    assert strangers([*found, Given("User:x", 2, 2, "imagin.", True)]) == sorted(
        f"User:x {topic}" for topic in TOPICS if topic.startswith("imagin.")
    )
    with pytest.raises(NoAnswer, match="le droit Describe sur le cluster"):
        await given(connection(kafka, "santorin"))


async def test_nobody_takes_the_fence_of_another(kafka):
    for user in ("convocation", "santorin"):
        found = await writes(kafka, user, CONVOCATION, "santorin-bridge.relay")
        assert found is TransactionalIdAuthorizationFailed, user


async def test_santorin_reads_the_rights_and_writes_its_answers_and_nothing_else(kafka):
    assert await reads(kafka, "santorin", HABILITATION, "santorin.habilitation") is None
    assert await writes(kafka, "santorin", ACCUSE) is None
    for topic in set(TOPICS) - {ACCUSE}:
        assert await writes(kafka, "santorin", topic) is TopicAuthorizationFailedError, topic
    assert await reads(kafka, "santorin", CONVOCATION) is TopicAuthorizationFailedError


@pytest.mark.parametrize(("user", "topic"), [(user, one.name) for one in TOPICS.values() for user in one.readers])
async def test_each_reader_of_the_catalogue_may_read(kafka, user, topic):
    assert await reads(kafka, user, topic, TOPICS[topic].readers[user]) is None


async def test_the_operators_commands_see_all_and_put_groups_back_and_keda_sees_what_waits(kafka):
    operators = connection(kafka, OPERATORS)
    assert await topics.diff(operators) == []
    assert await unread(operators) is not None
    for service in SERVICES:
        assert await groups.members(operators, service.name) == []
        assert await groups.rewind(operators, service.name)
    admin = AIOKafkaAdminClient(**connection(kafka, COUNTER))
    await admin.start()
    try:
        for topic in TOPICS.values():
            for group in (topic.readers[one.name] for one in SERVICES if one.name in topic.readers):
                await admin.list_consumer_group_offsets(group)
    finally:
        await admin.close()
    for user in (OPERATORS, COUNTER):
        assert await writes(kafka, user, CONVOCATION) is TopicAuthorizationFailedError
    assert await reads(kafka, COUNTER, CONVOCATION) is TopicAuthorizationFailedError


async def test_the_operators_make_a_topic_that_is_missing(kafka):
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    await admin.delete_topics([ACCUSE])
    await admin.close()
    assert await topics.apply(connection(kafka, OPERATORS)) == [ACCUSE]
