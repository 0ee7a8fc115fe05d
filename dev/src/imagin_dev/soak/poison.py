"""Records that no reader can apply, of every kind that a broker takes; each must become one dead letter a reader."""

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from event_schemas.catalogue import HABILITATION, INSCRIPTIONS, TOPICS, Topic
from imagin_dev.cyclades.bad import CONFLICT, KINDS, spoiled
from imagin_dev.cyclades.closings import synthetic
from imagin_dev.cyclades.faults import Sent
from imagin_dev.cyclades.producer import Record
from testkit import batches

_BOMB_BYTES = 80_000_000
_FOREIGN, _NOT_UTF8 = "naïf", b"na\xff\xfef"
_BEFORE_YEAR_1 = -(10**14)
_SECONDS = 30
POISONED = [topic for topic in TOPICS.values() if topic.name != HABILITATION]
"""SANTORIN alone reads the rights, and the bridge alone may write them (ACL)."""


def bad_records(ce_type: str) -> dict[str, tuple[bytes | None, list[tuple[str, bytes | None]]]]:
    """By kind: value and headers of a record that says to be of `ce_type`."""
    typed: list[tuple[str, bytes | None]] = [("ce_type", ce_type.encode())]
    return {
        "not JSON": (b"{no", typed),
        "not UTF-8": (b'{"a": "\xff"}', typed),
        "wrong schema": (b'{"mission_id": 12}', typed),
        "an array": (b"[1]", typed),
        "null header": (b"{}", [*typed, ("traceparent", None)]),
        "non-UTF-8 header": (b"{}", [*typed, ("traceparent", b"\xff\xfe")]),
        "header twice": (b"{}", typed * 2),
        "tombstone": (None, typed),
        "1 MB": (b"[" + b" " * 990_000 + b"]", typed),
        "unknown type": (b"{}", [("ce_type", b"fr.imagin.unknown.v1")]),
        "no type": (b"{}", []),
        "U+0000": (json.dumps({"session": "a\x00b"}).encode(), typed),
        "reply_to": (b"{}", [*typed, ("reply_to", HABILITATION.encode())]),
    }


def bad_batches(ce_type: str, key: bytes) -> dict[str, bytes]:
    """By kind: a batch of one record, such as no client of ours could write."""
    headers: Sequence[tuple[str, bytes | None]] = [("ce_type", ce_type.encode())]
    foreign = batches.batch([(key, b"{}", [*headers, (_FOREIGN, b"1")])])
    return {
        "80 MB in gzip": batches.batch([(key, bytes(_BOMB_BYTES), headers)], "gzip"),
        "before year 1": batches.batch([(key, b"{}", headers)], timestamp=_BEFORE_YEAR_1),
        **{
            f"header name not UTF-8, {packing}": batches.renamed(foreign, packing, _FOREIGN.encode(), _NOT_UTF8)
            for packing in batches.CODECS
        },
    }


class Place(NamedTuple):
    """Where a record stands."""

    topic: str
    partition: int
    offset: int


@dataclass(slots=True)
class Poison:
    """`written`: acknowledged, by place; `uncertain`: the keys of those that may have been written."""

    kafka: dict[str, Any]
    draw: random.Random
    written: dict[Place, str] = field(default_factory=dict)
    uncertain: dict[bytes, str] = field(default_factory=dict)
    uncertain_batches: int = 0

    async def send(self) -> str:
        """One bad record of a kind and on a topic drawn by lot; says which."""
        topic = self.draw.choice(POISONED)
        ce_type = self.draw.choice(sorted(topic.events))
        partition = self.draw.randrange(topic.partitions)
        kinds = [*bad_records(ce_type), *KINDS] if topic.name == INSCRIPTIONS else [*bad_records(ce_type)]
        if self.draw.random() < 0.3:
            return await self._send_batch(topic, ce_type, partition)
        kind = self.draw.choice([one for one in kinds if one != CONFLICT])
        record = _record(kind, ce_type, self.draw.randrange(10_000))
        await self._send_record(topic, kind, record, partition)
        return f"{kind} on {topic.name}"

    async def _send_batch(self, topic: Topic, ce_type: str, partition: int) -> str:
        made = bad_batches(ce_type, uuid4().hex.encode())
        kind = self.draw.choice(sorted(made))
        try:
            async with asyncio.timeout(_SECONDS):
                offset = await batches.send(self.kafka["bootstrap_servers"], topic.name, partition, made[kind])
            self.written[Place(topic.name, partition, offset)] = kind
        except (KafkaError, TimeoutError):
            self.uncertain_batches += 1
        return f"{kind} on {topic.name}"

    async def _send_record(self, topic: Topic, kind: str, record: Record, partition: int) -> None:
        producer = AIOKafkaProducer(**self.kafka, acks="all", enable_idempotence=True, max_request_size=2_000_000)
        self.uncertain[record.key] = kind
        try:
            async with asyncio.timeout(_SECONDS):
                await producer.start()
                done = await producer.send_and_wait(
                    topic.name, record.value, key=record.key, headers=record.headers, partition=partition
                )
            self.written[Place(topic.name, partition, done.offset)] = kind
            del self.uncertain[record.key]
        except (KafkaError, TimeoutError):
            pass  # it may stand there all the same: its key tells
        finally:
            await producer.stop()


def _record(kind: str, ce_type: str, number: int) -> Record:
    if kind in KINDS:
        [event] = synthetic(1, 2)
        return Sent(spoiled(kind, event, number), kind).record
    value, headers = bad_records(ce_type)[kind]
    return Record(uuid4().hex.encode(), value, headers)  # type: ignore[arg-type]  # as no client of ours writes
