"""Kafka's classes, kept loaded and linked from one start to the next (Java 24: AOT cache): half of the CPU of a start.

A broker that starts and stops writes them. That takes as long as half a dozen starts save: only a run of tests does it.
"""

import asyncio
from pathlib import Path

from testkit.parts.cache import locked
from testkit.parts.kafka import EmbeddedKafka, java_command, kept_classes

_WRITING_SECONDS = 120


def keep_classes() -> None:
    """Unless they are kept already. With a Java that cannot do it, nothing is kept. Raises PartError."""
    kept = kept_classes(java_command(lambda _: None))
    if not kept.exists():
        with locked(kept.stem):
            if not kept.exists():
                asyncio.run(_write(kept))


async def _write(kept: Path) -> None:
    partial = kept.with_suffix(".partial")
    kafka = _Learning(partial)
    try:
        await kafka.start()
        await asyncio.to_thread(kafka.end)
    finally:
        await kafka.stop()
    if partial.exists():
        partial.rename(kept)


class _Learning(EmbeddedKafka):
    """Notes what it loads; Java writes it into `file` as it ends."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def _prepare(self) -> None:
        super()._prepare()
        self._command[1:1] = ["-XX:+IgnoreUnrecognizedVMOptions", f"-XX:AOTCacheOutput={self._file}"]

    def end(self) -> None:
        self._running.terminate(grace=_WRITING_SECONDS)
