"""Consumer groups of a service: back to the first record, for a database that was restored from a backup."""

from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from event_schemas.catalogue import TOPICS


async def rewind(kafka: Mapping[str, Any], service: str) -> list[str]:
    """All topics that `service` reads are read again from their start; returns its groups.

    What is known changes nothing (0001). Raises aiokafka.errors.KafkaError while a process of the group runs.
    """
    groups = {topic.readers[service]: topic.name for topic in TOPICS.values() if service in topic.readers}
    for group, topic in groups.items():
        consumer = AIOKafkaConsumer(**kafka, group_id=group, enable_auto_commit=False)
        await consumer.start()
        try:
            partitions = [TopicPartition(topic, number) for number in range(TOPICS[topic].partitions)]
            consumer.assign(partitions)
            firsts = await consumer.beginning_offsets(partitions)
            await consumer.commit({place: (offset, "") for place, offset in firsts.items()})
        finally:
            await consumer.stop()
    return list(groups)
