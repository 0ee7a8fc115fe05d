"""SANTORIN's side of the demo: a plain reader of the habilitation topic that keeps the highest version of each key."""

import asyncio
import contextlib
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer

from event_schemas.catalogue import HABILITATION
from event_schemas.habilitations import Habilitation


class RightsReader:
    """`async with RightsReader(kafka) as rights:` reads on in the background; unknown key = no right (D21)."""

    def __init__(self, kafka: dict[str, Any]) -> None:
        self._consumer = AIOKafkaConsumer(
            HABILITATION, **kafka, auto_offset_reset="earliest", isolation_level="read_committed", group_id=None
        )
        self._versions: dict[bytes, tuple[int, bool]] = {}
        self._task: asyncio.Task[None] | None = None
        self.went_back = 0

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        self._task = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._consumer.stop()

    @property
    def granted(self) -> int:
        """How many convocations give a right now."""
        return sum(granted for _, granted in self._versions.values())

    def version_granted(self, key: bytes) -> int:
        """The version of the right of convocation `key`, 0 where there is none."""
        version, granted = self._versions.get(key, (0, False))
        return version if granted else 0

    async def _read(self) -> None:
        async for record in self._consumer:
            if record.value is None:  # erased after its term
                self._versions.pop(record.key, None)
                continue
            right = Habilitation.model_validate_json(record.value)
            held, _ = self._versions.get(record.key, (0, False))
            if right.version < held:
                self.went_back += 1
            else:
                self._versions[record.key] = (right.version, right.status == "GRANTED")
