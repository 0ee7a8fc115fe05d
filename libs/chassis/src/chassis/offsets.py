"""Where a reader stands: what a polled batch begins and ends with, and explicit commits of that alone (D2)."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

log = structlog.get_logger()
COMMIT_SECONDS = 5.0  # aiokafka looks for a coordinator for ever, and nothing is read meanwhile


def firsts_of(records: Sequence[ConsumerRecord]) -> dict[TopicPartition, int]:
    """The offset of the first record of each partition: polled ones stand in the order of their offsets."""
    return _by_place({(one.topic, one.partition): one.offset for one in reversed(records)})


def nexts_of(records: Sequence[ConsumerRecord]) -> dict[TopicPartition, int]:
    """The offset behind the last record of each partition."""
    return _by_place({(one.topic, one.partition): one.offset + 1 for one in records})


def _by_place(offsets: Mapping[tuple[str, int], int]) -> dict[TopicPartition, int]:
    """A TopicPartition for each record would take longer than all the rest."""
    return {TopicPartition(*place): offset for place, offset in offsets.items()}


async def behind(records: Sequence[ConsumerRecord], kafka: AIOKafkaConsumer) -> dict[TopicPartition, int]:
    """Where the reader stands right after these were polled: behind the marker of the producer's transaction too.

    Later it may stand behind records that were deleted meanwhile, and that nobody has told of.
    """
    nexts = nexts_of(records)
    for partition in nexts.keys() & kafka.assignment():
        with contextlib.suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(0):  # there is a position, or the partition has just been lost
                nexts[partition] = max(nexts[partition], await kafka.position(partition))
    return nexts


async def commit(nexts: Mapping[TopicPartition, int], kafka: AIOKafkaConsumer) -> None:
    """Explicit offsets only; a failure is logged: what is delivered again is known by its version."""
    try:
        async with asyncio.timeout(COMMIT_SECONDS):
            await kafka.commit({partition: (offset, "") for partition, offset in nexts.items()})
    except (KafkaError, TimeoutError) as error:
        log.warning("consumer.offsets_not_committed", error=error)
