"""How far a consumer group has come: the moment up to which all that its topic could tell has been applied (D21).

A group's committed offsets follow its database's commits, so this is true of all processes of the service together.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, StaleMetadata, UnknownTopicOrPartitionError

from chassis.database import is_transient

log = structlog.get_logger()
_REMEMBERED = 600  # looks that the group has not caught up with; a longer backlog shows once it is shorter
_PROBE_MILLISECONDS = 500


class Freshness:
    """`as_of`: what was readable on `topic` at that time stands in the database; None as long as nobody knows."""

    def __init__(
        self,
        kafka: Mapping[str, Any],
        *,
        topic: str,
        group: str,
        clock: Callable[[], datetime],
        whole: Callable[[], Awaitable[bool]],
        every_seconds: float = 1.0,
    ) -> None:
        """`whole`: whether all that the group should have read was there to be read."""
        self.as_of: datetime | None = None
        self._kafka = kafka
        self._topic = topic
        self._group = group
        self._clock = clock
        self._whole = whole
        self._every = every_seconds
        self._looks: deque[tuple[datetime, dict[TopicPartition, int]]] = deque(maxlen=_REMEMBERED)

    async def watch(self) -> None:
        """Look again and again, for ever; without Kafka `as_of` stands still."""
        while not _cancelled():
            # assigned by hand, it never joins the group whose offsets it reads
            reader = AIOKafkaConsumer(
                **self._kafka,
                group_id=self._group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",  # where the next record has been deleted, all that is left is unread
                isolation_level="read_committed",
                max_partition_fetch_bytes=65_536,
            )
            try:
                await reader.start()
                await self._assign(reader)
                while not _cancelled():
                    await self._look(reader)
                    await asyncio.sleep(self._every)
            except Exception as error:
                if not (isinstance(error, KafkaError) or is_transient(error)):
                    raise
                log.warning("freshness.unknown", topic=self._topic, error=error)
                await asyncio.sleep(self._every)
            finally:
                with contextlib.suppress(KafkaError):  # it says once more why its coordination ended
                    await reader.stop()
        raise asyncio.CancelledError

    async def _look(self, reader: AIOKafkaConsumer) -> None:
        now = self._clock()
        ends = await reader.end_offsets(reader.assignment())
        if reader.assignment() != _places(reader, self._topic):
            raise StaleMetadata  # the topic has got partitions
        if self._looks and self._looks[-1][1] == ends:
            self._looks.pop()  # nothing new since: the later moment says more
        self._looks.append((now, ends))
        starts = await reader.beginning_offsets(reader.assignment())
        if not await self._whole() or await _lost(reader, starts):
            self.as_of = None
            self._looks.clear()
            return
        unread = {place: await _first_unread(reader, place, end) for place, end in ends.items()}
        while self._looks and all(unread[place] >= end for place, end in self._looks[0][1].items()):
            self.as_of, _ = self._looks.popleft()

    async def _assign(self, reader: AIOKafkaConsumer) -> None:
        """Once a reader: where its coordinator is not known yet, another assignment ends its coordination."""
        places = [TopicPartition(self._topic, number) for number in await _partitions(self._kafka, self._topic)]
        if not places:
            raise UnknownTopicOrPartitionError
        reader.assign(places)
        reader.pause(*places)  # it fetches only what is probed
        self._looks.clear()


def _cancelled() -> bool:
    """Whether we were asked to end: aiokafka's clients lose a cancellation that comes while they close."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _partitions(kafka: Mapping[str, Any], topic: str) -> list[int]:
    """Their numbers; none where there is no such topic."""
    admin = AIOKafkaAdminClient(**kafka)
    try:
        await admin.start()
        [described] = await admin.describe_topics([topic])
        return [one["partition"] for one in described["partitions"]]
    finally:
        await admin.close()


def _places(reader: AIOKafkaConsumer, topic: str) -> frozenset[TopicPartition]:
    return frozenset(TopicPartition(topic, number) for number in reader.partitions_for_topic(topic) or ())


async def _lost(reader: AIOKafkaConsumer, starts: Mapping[TopicPartition, int]) -> bool:
    """Whether records were deleted that the group has not read."""
    committed = {place: await reader.committed(place) for place in starts}
    return any(offset is not None and offset < starts[place] for place, offset in committed.items())


async def _first_unread(reader: AIOKafkaConsumer, place: TopicPartition, end: int) -> int:
    """The offset of the first record that the group has not applied; `end` and more where there is none.

    Between a committed offset and the end there may be markers of transactions and nothing else.
    """
    committed = await reader.committed(place)
    start = committed if committed is not None else 0
    if start >= end:
        return int(start)
    reader.seek(place, start)
    reader.resume(place)
    try:
        polled = await reader.getmany(place, timeout_ms=_PROBE_MILLISECONDS, max_records=1)
        records = polled.get(place)
        return int(records[0].offset if records else await reader.position(place))
    finally:
        reader.pause(place)
