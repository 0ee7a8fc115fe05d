"""What the services have not read yet, as Kafka knows it: the records behind each group's committed offsets."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import GroupCoordinatorNotAvailableError

from event_schemas import readers
from imagin_ops.connections import kafka_admin
from imagin_ops.services import SERVICES, ServiceSpec

_COORDINATOR_SECONDS = 3.0
_PROBE_SECONDS = 1.0  # for one round
_POLL_MILLISECONDS = 10  # where only markers came, aiokafka waits for all of it


class Unread(NamedTuple):
    """Records of a partition that a group has not read; `seconds`: since the oldest was written, None if unknown."""

    group: str
    topic: str
    partition: int
    records: int
    seconds: float | None


class _Start(NamedTuple):
    """Where a group goes on in a partition that has more."""

    group: str
    place: TopicPartition
    offset: int


def groups_of(service: ServiceSpec) -> dict[str, str]:
    """The topic that each consumer group of the service reads."""
    return readers.groups_of(service.name)


async def unread(kafka: dict[str, Any]) -> list[Unread]:
    """What waits for the groups of the four services; a partition that is read to its end is absent.

    Raises connections.NoAnswer.
    """
    groups = {group: topic for service in SERVICES for group, topic in groups_of(service).items()}
    async with kafka_admin(kafka) as admin:
        committed = dict(zip(groups, await asyncio.gather(*(_committed(admin, one) for one in groups)), strict=True))
        described = await admin.describe_topics(sorted(set(groups.values())))
        places = [TopicPartition(one["topic"], part["partition"]) for one in described for part in one["partitions"]]
        if not places:
            return []
        async with _reader(kafka, places) as reader:
            ends = await reader.end_offsets(places)
            behind = []
            for group, topic in groups.items():
                for place in places:
                    # a group that never committed begins with what the topic still has
                    start = max(0, committed[group][place].offset if place in committed[group] else 0)
                    if place.topic == topic and start < ends[place]:
                        behind.append(_Start(group, place, start))
            return [one for turn in _turns(behind) for one in await _probe(reader, turn, ends)]


async def _committed(admin: Any, group: str) -> dict[TopicPartition, Any]:
    """Where nobody has been asked about groups yet, the cluster makes their topic first."""
    deadline = time.monotonic() + _COORDINATOR_SECONDS
    while True:
        try:
            return dict(await admin.list_consumer_group_offsets(group))
        except GroupCoordinatorNotAvailableError:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.1)


@asynccontextmanager
async def _reader(kafka: Mapping[str, Any], places: Sequence[TopicPartition]) -> AsyncIterator[AIOKafkaConsumer]:
    """It belongs to no group, and fetches only what is probed."""
    reader = AIOKafkaConsumer(
        **kafka,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=65_536,
    )
    try:
        await reader.start()
        reader.assign(places)
        reader.pause(*places)
        yield reader
    finally:
        await reader.stop()


def _turns(behind: Sequence[_Start]) -> list[dict[TopicPartition, _Start]]:
    """A reader stands at one place of a partition: the groups of a topic take turns, and topics do not wait for each
    other.
    """
    turns: list[dict[TopicPartition, _Start]] = []
    for one in behind:
        turn = next((turn for turn in turns if one.place not in turn), None)
        if turn is None:
            turns.append(turn := {})
        turn[one.place] = one
    return turns


async def _probe(
    reader: AIOKafkaConsumer, behind: Mapping[TopicPartition, _Start], ends: Mapping[TopicPartition, int]
) -> list[Unread]:
    """Between a committed offset and the end there may be markers of transactions and no record."""
    for place, one in behind.items():
        reader.seek(place, one.offset)
        reader.resume(place)
    found: dict[TopicPartition, Unread] = {}
    pending, deadline = set(behind), time.monotonic() + _PROBE_SECONDS
    while pending and time.monotonic() < deadline:
        polled = await reader.getmany(*pending, timeout_ms=_POLL_MILLISECONDS)
        for place in list(pending):
            if records := polled.get(place):
                age = time.time() - records[0].timestamp / 1000
                found[place] = Unread(
                    behind[place].group, place.topic, place.partition, ends[place] - records[0].offset, max(0.0, age)
                )
            if records or await reader.position(place) >= ends[place]:
                reader.pause(place)
                pending.discard(place)
    for place in pending:
        reader.pause(place)
        found[place] = Unread(
            behind[place].group, place.topic, place.partition, ends[place] - behind[place].offset, None
        )
    return [found[place] for place in sorted(found)]
