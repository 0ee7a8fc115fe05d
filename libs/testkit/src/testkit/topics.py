"""Topics on a running Kafka, usable when the call returns."""

from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.structs import ConsumerRecord

from testkit.eventually import eventually


async def create_topic(
    bootstrap: str, name: str, *, partitions: int = 1, replicas: int = 1, configs: Mapping[str, str] | None = None
) -> None:
    """Returns when every partition has a leader."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, partitions, replicas, topic_configs=dict(configs or {}))])

        async def led() -> bool:
            [topic] = await admin.describe_topics([name])
            found = topic["partitions"]
            return len(found) == partitions and all(one["leader"] >= 0 for one in found)

        await eventually(led, because=f"topic {name} has its leaders")
    finally:
        await admin.close()


async def delete_topic(bootstrap: str, name: str) -> None:
    """Returns when it is gone; no error when there was none."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        if name in await admin.list_topics():
            await admin.delete_topics([name])

            async def gone() -> bool:
                return name not in await admin.list_topics()

            await eventually(gone, because=f"topic {name} is deleted")
    finally:
        await admin.close()


async def delete_records(bootstrap: str, topic: str, partition: int, before: int) -> None:
    """What an operator or retention does: the records of the partition below that offset are gone."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_records({TopicPartition(topic, partition): RecordsToDelete(before_offset=before)})
    finally:
        await admin.close()


async def read_all(kafka: Mapping[str, Any], topic: str) -> list[ConsumerRecord]:
    """What is committed on the topic now, each partition in its order; `kafka` as aiokafka's clients take it.

    It reads to the end that the broker names: on a busy machine a moment without records is no end.
    """
    found: list[ConsumerRecord] = []
    consumer = AIOKafkaConsumer(topic, **kafka, auto_offset_reset="earliest", isolation_level="read_committed")
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())

        async def at_the_end() -> bool:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found.extend(records)
            return all([await consumer.position(place) >= end for place, end in ends.items()])

        await eventually(at_the_end, timeout=120, because=f"{topic} is read")
    finally:
        await consumer.stop()
    return found
