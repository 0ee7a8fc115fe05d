"""Sends closings to the topic as Cyclades would: CloudEvents in binary mode, idempotent, acknowledged by all."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from time import perf_counter
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer

from chassis.cloudevents import Cause, encode
from event_schemas.catalogue import INSCRIPTIONS, INSCRIPTIONS_CLOSED
from imagin_dev.cyclades.inscriptions_file import Closing

_CHUNK = 500
_CHUNKS_PER_SECOND = 10  # where a rate is kept


class Record(NamedTuple):
    """What goes onto a topic."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


async def send(kafka: dict[str, Any], closings: Sequence[Closing], on_progress: Callable[[int], None]) -> None:
    """Send all, in order per UAI; returns when every one is acknowledged."""
    await send_records(kafka, INSCRIPTIONS, map(_record, closings), on_progress)


async def send_records(
    kafka: dict[str, Any],
    topic: str,
    records: Iterable[Record],
    on_progress: Callable[[int], None],
    *,
    per_second: int | None = None,
) -> None:
    """Send all in their order, at most `per_second` of them; returns when every one is acknowledged."""
    chunk = max(1, min(_CHUNK, per_second // _CHUNKS_PER_SECOND)) if per_second else _CHUNK
    waiting, sent, began = iter(records), 0, perf_counter()
    producer = AIOKafkaProducer(**kafka, acks="all", enable_idempotence=True, linger_ms=5)
    try:
        await producer.start()
        while some := list(islice(waiting, chunk)):
            acks = [await producer.send(topic, one.value, key=one.key, headers=one.headers) for one in some]
            await asyncio.gather(*acks)
            sent += len(some)
            on_progress(sent)
            if per_second:
                await asyncio.sleep(max(0.0, began + sent / per_second - perf_counter()))
    finally:
        await producer.stop()


def _record(one: Closing) -> Record:
    time = datetime.fromisoformat(one.time) if one.time else datetime.now(UTC)
    return Record(one.uai.encode(), one.data, encode(INSCRIPTIONS_CLOSED, one.source, one.uai, one.id, time, Cause()))
