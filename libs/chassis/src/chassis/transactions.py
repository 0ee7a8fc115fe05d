"""Messages → one Kafka transaction, in order per key, in batches that are built here."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from chassis.kill_points import kill_point
from chassis.outbox import Message
from chassis.partitioning import hashes_of


async def transaction(producer: AIOKafkaProducer, messages: Sequence[Message]) -> None:
    """Kafka has all of them, or none. Raises KafkaError; the producer is of no more use then."""
    await producer.begin_transaction()
    acks: list[asyncio.Future[Any]] = []
    try:
        async for ack in _send_batches(producer, messages):
            acks.append(ack)  # noqa: PERF401  # those there are when one fails
        kill_point("relay.before_commit")
    finally:
        outcomes = await asyncio.gather(*acks, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    await producer.commit_transaction()


async def _send_batches(producer: AIOKafkaProducer, messages: Sequence[Message]) -> AsyncIterator[asyncio.Future[Any]]:
    """Batches built here, in order per partition: a fifth of the cost of one `send` a message."""
    hashes = hashes_of(message.key for message in messages)
    partitions: dict[str, int] = {}
    building: dict[tuple[str, int], Any] = {}
    for message in messages:
        topic = message.topic
        if topic not in partitions:
            partitions[topic] = len(await producer.partitions_for(topic))
        place = (topic, hashes[message.key] % partitions[topic])
        batch = building.get(place)
        if batch is None or not _add(batch, message):
            if batch is not None:  # full
                yield await producer.send_batch(batch, topic, partition=place[1])
            batch = building[place] = producer.create_batch()
            _add(batch, message)
    for (topic, partition), batch in building.items():
        yield await producer.send_batch(batch, topic, partition=partition)


def _add(batch: Any, message: Message) -> bool:
    """False where there is no room."""
    added = batch.append(timestamp=None, key=message.key, value=message.value, headers=message.headers)
    return added is not None
