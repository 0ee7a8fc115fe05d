"""What to do about an alert: its section of docs/exploitation/alertes.md, as HTML."""

import re
from pathlib import Path

from markdown_it import MarkdownIt

_HEADING = re.compile(r"^## (\w+)$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]+\)")  # to a neighbour of the file, which is not here


class Runbook:
    """The sections of the file by the alert's name, without it none. Raises OSError where it cannot be read."""

    def __init__(self, file: Path | None) -> None:
        parts = _HEADING.split(file.read_text(encoding="utf-8")) if file else [""]
        render = MarkdownIt("commonmark", {"html": False}).enable("table").render
        self._sections = {
            name: render(_LINK.sub(r"\1", text)) for name, text in zip(parts[1::2], parts[2::2], strict=True)
        }

    def section(self, alert: str) -> str | None:
        """HTML that may stand in a page as it is; None where there is no such section."""
        return self._sections.get(alert)
