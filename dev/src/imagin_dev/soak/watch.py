"""Who reads the topics all the while: versions of rights never go back, a version never has two contents."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from event_schemas.catalogue import CONVOCATION, HABILITATION
from event_schemas.convocations import Convocation
from event_schemas.habilitations import Habilitation
from imagin_dev.santorin.simulator import Santorin

_POLL_MILLISECONDS = 100


@dataclass(slots=True)
class Watcher:
    """`rights`: of each convocation the versions of it that a right was read of, with the moment (time.time)."""

    kafka: dict[str, Any]
    rights: dict[str, list[tuple[float, int]]] = field(default_factory=dict)
    last: dict[str, Habilitation] = field(default_factory=dict)
    went_back: list[str] = field(default_factory=list)
    records: int = 0
    told: dict[tuple[str, int], bytes] = field(default_factory=dict)
    told_again: int = 0
    told_otherwise: list[str] = field(default_factory=list)

    async def read_rights(self) -> None:
        """For ever."""
        async for record in _records(self.kafka, HABILITATION):
            right = Habilitation.model_validate_json(record.value)
            key = str(right.convocation_id)
            held = self.last.get(key)
            self.records += 1
            if held is not None and right.version < held.version:
                self.went_back.append(f"{key}: {held.version} then {right.version}")
                continue
            self.last[key] = right
            self.rights.setdefault(key, []).append((time.time(), right.convocation_version))

    async def read_convocations(self) -> None:
        """For ever; bad records are others' concern."""
        async for record in _records(self.kafka, CONVOCATION):
            try:
                state = Convocation.model_validate_json(record.value or b"")
            except ValidationError:
                continue
            if record.key != state.key.encode():
                continue
            key, digest = (str(state.convocation_id), state.version), hashlib.sha256(record.value).digest()
            known = self.told.setdefault(key, digest)
            self.told_again += known is not digest
            if known != digest:
                self.told_otherwise.append(f"{key[0]} version {key[1]}")

    async def answer(self) -> None:
        """SANTORIN, started again each time Kafka fails it: it reads its own answers first and repeats none."""
        while True:
            try:
                await Santorin(self.kafka).run(lambda _: None)
            except (KafkaError, OSError):
                await asyncio.sleep(0.5)

    def seen_at(self, convocation: str, version: int) -> datetime | None:
        """When a right of at least this version of the convocation was first read."""
        moments = (at for at, seen in self.rights.get(convocation, ()) if seen >= version)
        at = next(moments, None)
        return None if at is None else datetime.fromtimestamp(at, UTC)


async def _records(kafka: dict[str, Any], topic: str) -> AsyncIterator[ConsumerRecord]:
    consumer = AIOKafkaConsumer(
        topic, **kafka, auto_offset_reset="earliest", isolation_level="read_committed", group_id=None
    )
    await consumer.start()
    try:
        while True:
            try:
                polled = await consumer.getmany(timeout_ms=_POLL_MILLISECONDS)
            except KafkaError:  # its position stands: it reads on
                await asyncio.sleep(0.1)
                continue
            for records in polled.values():
                for record in records:
                    yield record
    finally:
        await consumer.stop()
