"""SANTORIN's simulator: started again it repeats no answer, whatever others wrote between its own."""

import pytest
from aiokafka import AIOKafkaProducer

from chassis.snapshot import snapshot
from event_schemas.catalogue import ACCUSE, HABILITATION, HABILITATION_STATE
from event_schemas.examples import examples
from imagin_dev.santorin.simulator import Santorin
from testkit.topics import create_topic, delete_topic

FIRST = next(iter(examples()[HABILITATION_STATE].values()))
AGAIN = FIRST.model_copy(update={"version": FIRST.version + 1})


@pytest.fixture
async def kafka_connection(kafka):
    for name in (HABILITATION, ACCUSE):
        await delete_topic(kafka.bootstrap, name)
        await create_topic(kafka.bootstrap, name, partitions=2)
    return {"bootstrap_servers": [kafka.bootstrap]}


async def write(connection, topic, *values):
    async with AIOKafkaProducer(**connection) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, key=b"k", partition=0)


async def answers(connection):
    return [one.value async for page in snapshot(connection, ACCUSE) for one in page]


async def play(connection):
    santorin = Santorin(connection)
    await santorin.run(lambda _: None, until_idle_seconds=0.6)
    return santorin


async def test_started_again_it_repeats_no_answer_and_passes_what_is_none_of_its_own(kafka_connection):
    await write(kafka_connection, HABILITATION, FIRST.to_bytes())
    assert (await play(kafka_connection)).accepted == 1
    strange = [None, b"", b"{no", b"[1]", b'{"version": 1}']
    await write(kafka_connection, ACCUSE, *strange)
    assert (await play(kafka_connection)).accepted == 0
    await write(kafka_connection, HABILITATION, AGAIN.to_bytes())
    assert (await play(kafka_connection)).accepted == 1
    assert len(await answers(kafka_connection)) == len(strange) + 2
