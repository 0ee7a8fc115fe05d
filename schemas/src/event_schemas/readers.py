"""Who reads what, from the topics' files as they are. Apart from the catalogue, which checks them and knows all models:
a command that asks what is unread does without, and without YAML."""

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("topics")
_READERS = re.compile(r"^readers:\n((?:  .+\n)+)", re.MULTILINE)
_READER = re.compile(r"^  ([a-z-]+): (\S+)", re.MULTILINE)


@cache
def _groups() -> dict[str, dict[str, str]]:
    """By topic, its readers and their groups."""
    texts = {file.name.removesuffix(".yaml"): file.read_text(encoding="utf-8") for file in sorted(_FOLDER.iterdir())}
    return {name: dict(_READER.findall(block)) for name, text in texts.items() for block in _READERS.findall(text)}


def groups_of(service: str) -> dict[str, str]:
    """The topic that each consumer group of the service reads."""
    return {found[service]: name for name, found in _groups().items() if service in found}
