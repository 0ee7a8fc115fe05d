"""Sends closings to the topic as Cyclades would: CloudEvents in binary mode, idempotent, acknowledged by all."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer

from chassis.cloudevents import Cause, encode
from event_schemas.catalogue import INSCRIPTIONS, INSCRIPTIONS_CLOSED
from imagin_cli.cyclades.inscriptions_file import Closing

_CHUNK = 500


async def send(kafka: dict[str, Any], closings: Sequence[Closing], on_progress: Callable[[int], None]) -> None:
    """Send all, in order per UAI; returns when every one is acknowledged."""
    producer = AIOKafkaProducer(**kafka, acks="all", enable_idempotence=True, linger_ms=5)
    await producer.start()
    try:
        for start in range(0, len(closings), _CHUNK):
            acks = [
                await producer.send(INSCRIPTIONS, one.data, key=one.uai.encode(), headers=_headers(one))
                for one in closings[start : start + _CHUNK]
            ]
            await asyncio.gather(*acks)
            on_progress(start + len(acks))
    finally:
        await producer.stop()


def _headers(one: Closing) -> list[tuple[str, bytes]]:
    time = datetime.fromisoformat(one.time) if one.time else datetime.now(UTC)
    return encode(INSCRIPTIONS_CLOSED, one.source, one.uai, one.id, time, Cause())
