"""Plays SANTORIN: keeps the highest version of each right, and answers it once it has applied or refused it.

Started again, it reads its own answers first: it repeats none, and a changed mind is an answer at the next version.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid5

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from pydantic import ValidationError

from chassis.cloudevents import Cause, encode, traceparent_of
from event_schemas.accuses import Accuse
from event_schemas.catalogue import ACCUSE, ACCUSE_SENT, HABILITATION
from event_schemas.habilitations import Habilitation
from event_schemas.identities import NAMESPACE

SOURCE = "/santorin/simulateur"
_IDLE_POLL_MS = 200


@dataclass(slots=True)
class Behaviour:
    """`refuse_percent` of people are refused, always the same ones; every answer waits for `delay_seconds`."""

    refuse_percent: int = 0
    delay_seconds: float = 0.0

    def refuses(self, right: Habilitation) -> bool:
        """Only a right that is given is refused: whom SANTORIN does not know."""
        draw = uuid5(NAMESPACE, right.intervenant.numero).int % 100
        return right.status == "GRANTED" and draw < self.refuse_percent


@dataclass(slots=True)
class Santorin:
    """`rights`: the highest version read of each key; `accepted` and `refused` count answers sent."""

    kafka: dict[str, Any]
    behaviour: Behaviour = field(default_factory=Behaviour)
    rights: dict[bytes, Habilitation] = field(default_factory=dict)
    answers: dict[bytes, Accuse] = field(default_factory=dict)
    accepted: int = 0
    refused: int = 0
    went_back: int = 0

    @property
    def may_enter(self) -> int:
        """How many convocations give an access now: granted, and not refused by us."""
        return sum(one.status == "GRANTED" and not self.behaviour.refuses(one) for one in self.rights.values())

    def summary(self) -> dict[str, int]:
        return {
            "rights": len(self.rights),
            "may_enter": self.may_enter,
            "accepted": self.accepted,
            "refused": self.refused,
            "went_back": self.went_back,
        }

    async def run(self, on_progress: Callable[[int], None], *, until_idle_seconds: float | None = None) -> None:
        """Read from the first right on and answer; returns after `until_idle_seconds` without a record, else never."""
        consumer = AIOKafkaConsumer(
            HABILITATION, **self.kafka, auto_offset_reset="earliest", isolation_level="read_committed", group_id=None
        )
        producer = AIOKafkaProducer(**self.kafka, acks="all", enable_idempotence=True, linger_ms=5)
        idle = 0.0
        try:
            await self._remember()
            await consumer.start()
            await producer.start()
            while until_idle_seconds is None or idle < until_idle_seconds:
                polled = await consumer.getmany(timeout_ms=_IDLE_POLL_MS, max_records=500)
                records = [record for found in polled.values() for record in found]
                idle = 0.0 if records else idle + _IDLE_POLL_MS / 1000
                if records:
                    await self._answer(producer, records)
                    on_progress(len(self.rights))
        finally:
            await consumer.stop()
            await producer.stop()

    async def _answer(self, producer: AIOKafkaProducer, records: list[Any]) -> None:
        if self.behaviour.delay_seconds:
            await asyncio.sleep(self.behaviour.delay_seconds)
        acks = []
        for record in records:
            if record.value is None:  # past its term, or its person was erased; how far its answers are, it still knows
                self.rights.pop(record.key, None)
                continue
            right = Habilitation.model_validate_json(record.value)
            held = self.rights.get(record.key)
            if held is not None and right.version <= held.version:
                self.went_back += right.version < held.version
                continue
            self.rights[record.key] = right
            answer = self._decide(record.key, right)
            if answer is not None:
                self.answers[record.key] = answer
                acks.append(await self._send(producer, record, answer))
        await asyncio.gather(*acks)

    def _decide(self, key: bytes, right: Habilitation) -> Accuse | None:
        """The answer to a right, None where it or a later one has been given already."""
        decision = "REFUSED" if self.behaviour.refuses(right) else "ACCEPTED"
        given = self.answers.get(key)
        if given and given.habilitation_version > right.version:
            return None
        if given and (given.habilitation_version, given.decision) == (right.version, decision):
            return None
        self.refused += decision == "REFUSED"
        self.accepted += decision == "ACCEPTED"
        return Accuse.create(
            convocation_id=right.convocation_id,
            habilitation_version=right.version,
            version=given.version + 1 if given else 1,
            decision=decision,
            motif="identité inconnue de SANTORIN" if decision == "REFUSED" else None,
        )

    async def _send(self, producer: AIOKafkaProducer, record: Any, answer: Accuse) -> Any:
        """In the trace of the right that it answers, as docs/integrateurs asks."""
        subject = record.key.decode()
        ce_id = str(uuid5(NAMESPACE, f"accuse|{subject}|{answer.version}"))
        cause = Cause(traceparent=traceparent_of(record.headers))
        headers = encode(ACCUSE_SENT, SOURCE, subject, ce_id, datetime.now(UTC), cause)
        return await producer.send(ACCUSE, answer.to_bytes(), key=record.key, headers=headers)

    async def _remember(self) -> None:
        """Its own answers so far; what others wrote there is none."""
        consumer = AIOKafkaConsumer(ACCUSE, **self.kafka, auto_offset_reset="earliest", group_id=None)
        await consumer.start()
        try:
            ends = await consumer.end_offsets(consumer.assignment())
            while any([await consumer.position(place) < end for place, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=_IDLE_POLL_MS)).values():
                    for record in records:
                        with contextlib.suppress(ValidationError):
                            self.answers[record.key] = Accuse.model_validate_json(record.value or b"")
        finally:
            await consumer.stop()
