"""Consumer groups of a service: back to the first record, for a database that was restored from a backup."""

from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from event_schemas.catalogue import TOPICS
from imagin_ops.connections import kafka_admin

_MEMBERS = 5  # of an answer: error, group, state, protocol type, protocol, members


async def rewind(kafka: dict[str, Any], service: str) -> list[str]:
    """All topics that `service` reads are read again from their start; returns its groups.

    What is known changes nothing (0001). Raises aiokafka.errors.KafkaError while a process of the group runs,
    and connections.NoAnswer.
    """
    groups = {topic.readers[service]: topic.name for topic in TOPICS.values() if service in topic.readers}
    places = await _places(kafka, sorted(groups.values()))
    for group, topic in groups.items():
        consumer = AIOKafkaConsumer(**kafka, group_id=group, enable_auto_commit=False)
        await consumer.start()
        try:
            consumer.assign(places[topic])
            firsts = await consumer.beginning_offsets(places[topic])
            await consumer.commit({place: (offset, "") for place, offset in firsts.items()})
        finally:
            await consumer.stop()
    return list(groups)


async def members(kafka: dict[str, Any], service: str) -> list[str]:
    """Groups of `service` that still have a member: a process that was killed stays one until its session ends.

    Raises connections.NoAnswer.
    """
    groups = [topic.readers[service] for topic in TOPICS.values() if service in topic.readers]
    async with kafka_admin(kafka) as admin:
        # One by one: aiokafka 0.14 reads an answer about several wrongly.
        answers = [(await admin.describe_consumer_groups([group]))[0] for group in groups]
    return [group for group, answer in zip(groups, answers, strict=True) if answer.groups[0][_MEMBERS]]


async def _places(kafka: dict[str, Any], topics: list[str]) -> dict[str, list[TopicPartition]]:
    """As the cluster has them: it may have been given more partitions than the catalogue says."""
    async with kafka_admin(kafka) as admin:
        described = await admin.describe_topics(topics)
    return {
        one["topic"]: [TopicPartition(one["topic"], part["partition"]) for part in one["partitions"]]
        for one in described
    }
