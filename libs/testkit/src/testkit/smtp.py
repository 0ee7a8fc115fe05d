"""An SMTP server that keeps what it takes: what was really mailed, and to whom."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from testkit.ports import free_port


@dataclass(frozen=True, slots=True)
class Mailed:
    """One accepted message with its envelope."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage


class MailServer:
    """Accepts everything until `refuse` holds an SMTP answer such as "451 later"."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mailed: list[Mailed] = []
        self.refuse: str | None = None
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop(no_assert=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002  # aiosmtpd's
        if self.refuse is not None:
            return self.refuse
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.mailed.append(Mailed(envelope.mail_from, tuple(envelope.rcpt_tos), message))
        return "250 accepted"
