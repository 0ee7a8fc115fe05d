"""A mail server in a process of its own, so that it can be frozen and killed; a line of JSON for each mail it takes.

python -m imagin_dev.soak.mail_sink PORT FILE
"""

import json
import re
import sys
import threading
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from testkit.child import Child
from testkit.eventually import eventually
from testkit.ports import free_port

_ITEM = re.compile(r"^UID:([0-9a-f-]{36})@imagin", re.MULTILINE)
_SEQUENCE = re.compile(r"^SEQUENCE:(\d+)", re.MULTILINE)


class Told(NamedTuple):
    """One convocation in one mail; `version` as the calendar says it."""

    message_id: str
    convocation: str
    version: int
    cancelled: bool


class MailSink:
    """`start()` again after `kill()`: same port, same file."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._file = folder / "mails.jsonl"
        self._log = folder / "mail-sink.log"
        self._child: Child | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def start(self) -> None:
        command = [sys.executable, "-m", "imagin_dev.soak.mail_sink", str(self.port), str(self._file)]
        self._child = Child(command, log=self._log)
        await eventually(self._listens, because="the mail server listens")

    def _listens(self) -> bool:
        return self._log.exists() and "listens" in self._child_log()

    def _child_log(self) -> str:
        assert self._child is not None
        return self._child.log_tail(1)

    def kill(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._log.unlink(missing_ok=True)

    def pause(self) -> None:
        if self._child is not None:
            self._child.pause()

    def resume(self) -> None:
        if self._child is not None:
            self._child.resume()

    def taken(self) -> list[Told]:
        """In the order they were taken."""
        lines = self._file.read_text(encoding="utf-8").splitlines() if self._file.exists() else []
        return [Told(*one) for line in lines for one in json.loads(line)]


class _Handler:
    def __init__(self, file: TextIO) -> None:
        self._file = file

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002  # aiosmtpd's
        """Written down before it is acknowledged."""
        json.dump(_items(envelope.content), self._file)
        self._file.write("\n")
        self._file.flush()
        return "250 taken"


def _items(content: bytes) -> list[Told]:
    message = message_from_bytes(content, policy=policy.default)
    items = []
    for part in message.iter_attachments():
        if part.get_content_type() != "text/calendar":
            continue
        text = str(part.get_content()).replace("\r\n", "\n").replace("\n ", "")
        uid, sequence = _ITEM.search(text), _SEQUENCE.search(text)
        if uid and sequence:
            cancelled = "METHOD:CANCEL" in text
            items.append(Told(message["Message-ID"], uid[1], int(sequence[1]) + 1, cancelled))
    return items


class _Controller(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="soak", data_size_limit=50_000_000)


def main(port: str, file: str) -> None:
    with Path(file).open("a", encoding="utf-8") as output:
        controller = _Controller(_Handler(output), hostname="127.0.0.1", port=int(port))
        controller.start()
        sys.stdout.write("listens\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
