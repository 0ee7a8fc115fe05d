"""Kafka's classes are kept once, and what starts afterwards takes them."""

import asyncio

from testkit.parts import classes, kafka
from testkit.parts.kafka import EmbeddedKafka


async def _start():
    async with EmbeddedKafka() as broker:
        return broker._command, broker.log.read_text(encoding="utf-8")


def test_kept_classes_are_written_once_and_taken_by_the_next_start(tmp_path, monkeypatch):
    kept = tmp_path / "kept.aot"
    for module in (classes, kafka):
        monkeypatch.setattr(module, "kept_classes", lambda command: kept)
    classes.keep_classes()
    written = kept.stat()
    classes.keep_classes()
    assert kept.stat() == written
    command, said = asyncio.run(_start())
    assert f"-XX:AOTCache={kept}" in command
    assert "[aot" not in said, "Java takes them without a word"
