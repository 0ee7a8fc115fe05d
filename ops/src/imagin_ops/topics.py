"""Topics of the catalogue on a cluster: create what is missing, tell what differs, never delete."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code

from event_schemas.catalogue import TOPICS, Topic
from imagin_ops.connections import kafka_admin

_COPIES = 3
_LEADERS_SECONDS = 30.0
_IN_SYNC = "min.insync.replicas"


@dataclass(frozen=True, slots=True)
class Difference:
    """What the cluster has against what the catalogue says; `actual` is None where the topic is missing."""

    topic: str
    setting: str
    wanted: str
    actual: str | None


@dataclass(frozen=True, slots=True)
class Present:
    """A topic as the cluster has it; `replication`: copies of the partition that has the fewest."""

    partitions: int
    replication: int
    configs: dict[str, str]


class NotCreated(Exception):
    """The cluster refused topics, or made them without leaders; `reasons` by topic."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__(reasons)
        self.reasons = reasons


async def apply(kafka: dict[str, Any], *, replication: int | None = None) -> list[str]:
    """Create the topics that are missing; returns their names once a client can write to them.

    `replication`: copies of each partition; without it three, or as many as there are brokers.
    Raises NotCreated, and connections.NoAnswer.
    """
    async with kafka_admin(kafka) as admin:
        present = set(await admin.list_topics())
        missing = [topic for topic in TOPICS.values() if topic.name not in present]
        if missing:
            copies = replication or await _copies(admin)
            await _create(admin, [_new(topic, copies) for topic in missing])
            await _wait_for_leaders(admin, [topic.name for topic in missing])
    return [topic.name for topic in missing]


async def _copies(admin: Any) -> int:
    return min(_COPIES, len((await admin.describe_cluster())["brokers"]))


def in_sync(copies: int) -> str:
    """How many copies must have a record before it counts as written: all but one, so that one may be away."""
    return str(max(1, copies - 1))


def _new(topic: Topic, copies: int) -> NewTopic:
    return NewTopic(topic.name, topic.partitions, copies, topic_configs=topic.configs | {_IN_SYNC: in_sync(copies)})


async def _create(admin: Any, topics: Sequence[NewTopic]) -> None:
    response = await admin.create_topics(topics)
    harmless = {NoError.errno, TopicAlreadyExistsError.errno}  # somebody else has just created it
    refused = {
        name: message[0] if message and message[0] else for_code(code).description
        for name, code, *message in response.topic_errors
        if code not in harmless
    }
    if refused:
        raise NotCreated(refused)


async def _wait_for_leaders(admin: Any, names: list[str]) -> None:
    deadline = time.monotonic() + _LEADERS_SECONDS
    while leaderless := await _leaderless(admin, names):
        if time.monotonic() > deadline:
            raise NotCreated(dict.fromkeys(leaderless, f"créé, mais sans leader après {_LEADERS_SECONDS:.0f} s"))
        await asyncio.sleep(0.05)


async def _leaderless(admin: Any, names: list[str]) -> list[str]:
    described = {topic["topic"]: topic["partitions"] for topic in await admin.describe_topics(names)}
    return [name for name in names if not described.get(name) or any(one["leader"] < 0 for one in described[name])]


async def diff(kafka: dict[str, Any], *, replication: int | None = None) -> list[Difference]:
    """Differences of existence, partitions, copies and configuration, in the catalogue's order.

    `replication` as in `apply`; more copies are no difference. Raises connections.NoAnswer.
    """
    async with kafka_admin(kafka) as admin:
        copies = replication or await _copies(admin)
        names = set(await admin.list_topics())
        present = await _present(admin, [name for name in TOPICS if name in names])
    return [found for topic in TOPICS.values() for found in _differences(topic, present.get(topic.name), copies)]


async def behind(kafka: dict[str, Any]) -> list[str]:
    """Partitions of our topics of which copies are missing or late, as « topic/partition 2 sur 3 ». Raises NoAnswer."""
    async with kafka_admin(kafka) as admin:
        present = [name for name in TOPICS if name in set(await admin.list_topics())]
        described = await admin.describe_topics(present) if present else []
    return [
        f"{topic['topic']}/{one['partition']} {len(one['isr'])} sur {len(one['replicas'])}"
        for topic in described
        for one in topic["partitions"]
        if len(one["isr"]) < len(one["replicas"])
    ]


async def _present(admin: Any, names: list[str]) -> dict[str, Present]:
    if not names:
        return {}
    described = {one["topic"]: one["partitions"] for one in await admin.describe_topics(names)}
    configs = await _configs(admin, names)
    return {
        name: Present(len(found), min(len(one["replicas"]) for one in found), configs[name])
        for name, found in described.items()
        if found  # none: it is being deleted
    }


async def _configs(admin: Any, names: list[str]) -> dict[str, dict[str, str]]:
    """By topic its own values, and the cluster's where it has none."""
    wanted = dict.fromkeys([*(key for name in names for key in TOPICS[name].configs), _IN_SYNC])
    responses = await admin.describe_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name, configs=wanted) for name in names]
    )
    # a resource: (error_code, error_message, resource_type, resource_name, [(name, value, …)])
    return {
        resource[3]: {entry[0]: entry[1] for entry in resource[4]}
        for response in responses
        for resource in response.resources
    }


def _differences(topic: Topic, present: Present | None, copies: int) -> Iterator[Difference]:
    if present is None:
        yield Difference(topic.name, "topic", "present", None)
        return
    if present.partitions != topic.partitions:
        yield Difference(topic.name, "partitions", str(topic.partitions), str(present.partitions))
    if present.replication < copies:
        yield Difference(topic.name, "replication", str(copies), str(present.replication))
    for key, value in (topic.configs | {_IN_SYNC: in_sync(max(copies, present.replication))}).items():
        if present.configs.get(key) != value:
            yield Difference(topic.name, key, value, present.configs.get(key))
