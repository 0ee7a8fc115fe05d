"""Consumer groups of a service are set back to the first record (0032), on real Kafka."""

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from event_schemas.catalogue import CONVOCATION, TOPICS
from imagin_ops import groups
from testkit.topics import create_topic, delete_topic

MORE = TOPICS[CONVOCATION].partitions + 2


@pytest.fixture
async def connection(kafka):
    """All topics are there, and one has been given more partitions than the catalogue says."""
    for name, topic in TOPICS.items():
        await delete_topic(kafka.bootstrap, name)
        await create_topic(kafka.bootstrap, name, partitions=MORE if name == CONVOCATION else topic.partitions)
    return {"bootstrap_servers": [kafka.bootstrap]}


async def test_a_topic_that_was_given_more_partitions_is_read_again_on_each_of_them(connection):
    group = TOPICS[CONVOCATION].readers["notifier"]
    places = [TopicPartition(CONVOCATION, number) for number in range(MORE)]
    async with AIOKafkaConsumer(**connection, group_id=group, enable_auto_commit=False) as consumer:
        consumer.assign(places)
        await consumer.commit(dict.fromkeys(places, 7))
        assert group in await groups.rewind(connection, "notifier")
        assert [await consumer.committed(place) for place in places] == [0] * MORE


async def test_who_still_reads_is_named_until_he_has_left(connection):
    assert await groups.members(connection, "notifier") == []
    group = TOPICS[CONVOCATION].readers["notifier"]
    async with AIOKafkaConsumer(CONVOCATION, **connection, group_id=group, enable_auto_commit=False):
        assert await groups.members(connection, "notifier") == [group]
    assert await groups.members(connection, "notifier") == []
