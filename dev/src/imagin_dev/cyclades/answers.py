"""Plays Cyclades reading its answers: the highest version of each, told in a line; the same one again is passed."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer
from pydantic import ValidationError

from event_schemas.catalogue import REPONSE
from event_schemas.reponses import ReponseCloture

_POLL_MS = 200


@dataclass(slots=True)
class Answers:
    """`latest`: the highest version read of each answer; `unread` counts records that are none."""

    kafka: dict[str, Any]
    latest: dict[str, ReponseCloture] = field(default_factory=dict)
    unread: int = 0
    conflicts: int = 0

    def summary(self) -> dict[str, int]:
        """Closings by what became of them."""
        states = Counter(one.etat for one in self.latest.values())
        return {**dict(sorted(states.items())), "illisibles": self.unread, "conflits": self.conflicts}

    def take(self, value: bytes | None) -> ReponseCloture | None:
        """The answer, where it is news."""
        try:
            read = ReponseCloture.model_validate_json(value or b"")
        except ValidationError:
            self.unread += 1
            return None
        held = self.latest.get(read.aggregate)
        if held is not None and read.version <= held.version:
            self.conflicts += read.version == held.version and read.hash != held.hash
            return None
        self.latest[read.aggregate] = read
        return read

    async def run(self, on_news: Callable[[ReponseCloture], None], *, until_idle_seconds: float | None = None) -> None:
        """Read from the first answer on; returns after `until_idle_seconds` without a record, else never."""
        consumer = AIOKafkaConsumer(
            REPONSE, **self.kafka, auto_offset_reset="earliest", isolation_level="read_committed", group_id=None
        )
        idle = 0.0
        try:
            await consumer.start()
            while until_idle_seconds is None or idle < until_idle_seconds:
                polled = await consumer.getmany(timeout_ms=_POLL_MS, max_records=500)
                records = [record for found in polled.values() for record in found]
                idle = 0.0 if records else idle + _POLL_MS / 1000
                for record in records:
                    if (news := self.take(record.value)) is not None:
                        on_news(news)
                await asyncio.sleep(0)  # Ctrl-C
        finally:
            await consumer.stop()


def line(one: ReponseCloture) -> str:
    """« 2020-E3C1 0699001J révision 2 : APPLIQUEE, 0 créées, 2 modifiées, 1 inchangées, 0 sans candidat »."""
    name = f"{one.session} {one.uai} révision {one.revision}" if one.revision else f"{one.uai or 'clôture inconnue'}"
    where = "" if one.partition is None else f" [partition {one.partition}, offset {one.offset}, rang {one.rang}]"
    numbers = ((one.creees, "créées"), (one.modifiees, "modifiées"), (one.inchangees, "inchangées"))
    effect = [
        f"{count} {word}" for count, word in (*numbers, (one.sans_candidat, "sans candidat")) if count is not None
    ]
    said = [one.etat, *effect, *one.raisons, *([one.motif] if one.motif else [])]
    return f"{name} : {', '.join(said)}{where}"
