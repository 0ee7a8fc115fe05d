"""Topics of the catalogue on a cluster: create what is missing, tell what differs, never delete."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from event_schemas.catalogue import TOPICS, Topic


@dataclass(frozen=True, slots=True)
class Difference:
    """What the cluster has against what the catalogue says; `actual` is None where the topic is missing."""

    topic: str
    setting: str
    wanted: str
    actual: str | None


@asynccontextmanager
async def _admin(kafka: dict[str, Any]) -> AsyncIterator[Any]:
    admin = AIOKafkaAdminClient(**kafka)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def apply(kafka: dict[str, Any], *, replication: int = 1) -> list[str]:
    """Create the topics that are missing; returns their names once a client can write to them."""
    async with _admin(kafka) as admin:
        missing = [topic for topic in TOPICS.values() if topic.name not in await admin.list_topics()]
        if missing:
            await admin.create_topics([_new(topic, replication) for topic in missing])
            await _wait_for_leaders(admin, [topic.name for topic in missing])
    return [topic.name for topic in missing]


def _new(topic: Topic, replication: int) -> NewTopic:
    return NewTopic(topic.name, topic.partitions, replication, topic_configs=topic.configs)


async def _wait_for_leaders(admin: Any, names: list[str]) -> None:
    while True:
        described = await admin.describe_topics(names)
        partitions = [partition for topic in described for partition in topic["partitions"]]
        if len(described) == len(names) and partitions and all(one["leader"] >= 0 for one in partitions):
            return
        await asyncio.sleep(0.05)


async def diff(kafka: dict[str, Any]) -> list[Difference]:
    """Differences of existence, partitions and configuration, in the catalogue's order."""
    async with _admin(kafka) as admin:
        present = set(await admin.list_topics())
        known = [topic for topic in TOPICS.values() if topic.name in present]
        partitions = {
            topic["topic"]: len(topic["partitions"])
            for topic in (await admin.describe_topics([topic.name for topic in known]) if known else [])
        }
        configs = {topic.name: await _configs(admin, topic) for topic in known}
    found = []
    for topic in TOPICS.values():
        if topic.name not in present:
            found.append(Difference(topic.name, "topic", "present", None))
            continue
        if partitions[topic.name] != topic.partitions:
            found.append(Difference(topic.name, "partitions", str(topic.partitions), str(partitions[topic.name])))
        found += [
            Difference(topic.name, key, value, configs[topic.name].get(key))
            for key, value in topic.configs.items()
            if configs[topic.name].get(key) != value
        ]
    return found


async def _configs(admin: Any, topic: Topic) -> dict[str, str]:
    resource = ConfigResource(ConfigResourceType.TOPIC, topic.name, configs=dict.fromkeys(topic.configs))
    responses = await admin.describe_configs([resource])
    # (error_code, error_message, resource_type, resource_name, [(name, value, …)])
    return {entry[0]: entry[1] for response in responses for resource in response.resources for entry in resource[4]}
