"""Cyclades' reader of answers, on a real Kafka: the highest version of each, a line each, nothing told twice."""

import pytest
from aiokafka import AIOKafkaProducer

from event_schemas.catalogue import REPONSE, REPONSE_CLOTURE
from event_schemas.examples import examples
from imagin_dev.cyclades.answers import Answers, line
from testkit.topics import create_topic, delete_topic

CASES = examples()[REPONSE_CLOTURE]


@pytest.fixture
async def kafka_connection(kafka):
    await delete_topic(kafka.bootstrap, REPONSE)
    await create_topic(kafka.bootstrap, REPONSE, partitions=1)
    return {"bootstrap_servers": [kafka.bootstrap]}


async def test_the_reader_of_answers_keeps_the_highest_version_and_tells_each_once(kafka_connection):
    other = CASES["applied"].model_copy(update={"version": 2, "hash": "0" * 64})
    sent = [CASES["waits"], CASES["waits"], CASES["accepted"], CASES["waits"], CASES["invalid"], other]
    async with AIOKafkaProducer(**kafka_connection) as producer:
        for value in [*(one.to_bytes() for one in sent), b"{no", None]:
            await producer.send_and_wait(REPONSE, value, key=b"k")
    told = []
    reader = Answers(kafka_connection)
    await reader.run(lambda one: told.append(line(one)), until_idle_seconds=0.6)
    effect = "0 créées, 2 modifiées, 1 inchangées, 1 sans candidat [partition 2, offset 1204, rang 0]"
    assert told == [
        f"2020-E3C1 0959001T révision 2 : A_VALIDER, {effect}",
        f"2020-E3C1 0959001T révision 2 : APPLIQUEE, {effect}",
        "0959001T : INVALIDE, uai : la lettre de contrôle est fausse [partition 2, offset 1205, rang 3]",
    ]
    assert reader.summary() == {"APPLIQUEE": 1, "INVALIDE": 1, "illisibles": 2, "conflits": 1}
