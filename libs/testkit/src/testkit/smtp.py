"""An SMTP server that keeps what it takes and misbehaves when told to: what was really mailed, and to whom."""

import asyncio
import ssl
from collections import Counter
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from testkit.ports import free_port

TAKEN = "250 accepted"


@dataclass(frozen=True, slots=True)
class Mailed:
    """One accepted message with its envelope."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage


class MailServer:
    """Takes everything, until told otherwise.

    `refuse`: its answer to every DATA, such as "451 later". `to`: its answers to RCPT by address, one after another,
    the last for ever. `drop_after_data`: so many times it takes a message and closes the connection without a word;
    `slow_seconds`: how long it thinks before it takes one, `slow_domains` for a domain; `silent_seconds`: before
    it answers about a recipient of a domain. `at_once`: how many messages it
    had in hand at once, at most, by domain and in all (""). `takes_from`: how many connections, the first ones; it is
    closed to others. `tls`, `password` (of the user "imagin", another one from now on): what it asks for.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, password: str | None = None) -> None:
        self.port = free_port()
        self.mailed: list[Mailed] = []
        self.refuse: str | None = None
        self.to: dict[str, list[str]] = {}
        self.drop_after_data = 0
        self.slow_seconds = 0.0
        self.slow_domains: dict[str, float] = {}
        self.silent_seconds: dict[str, float] = {}
        self.at_once: Counter[str] = Counter()
        self._in_hand: Counter[str] = Counter()
        self.takes_from: int | None = None
        self.connections: set[Any] = set()
        self.password = password
        options: dict[str, Any] = {"tls_context": tls, "require_starttls": tls is not None}
        if password is not None:
            options |= {"authenticator": self._authenticate, "auth_required": True, "auth_require_tls": tls is not None}
        self._options = options
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Also again after `stop`, at the same address."""
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, data_size_limit=50_000_000, **self._options
        )
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop(no_assert=True)
            self._controller = None

    def ids(self) -> Counter[str]:
        """How often each Message-ID was taken."""
        return Counter(one.message["Message-ID"] for one in self.mailed)

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's
        self,
        server: Any,
        session: Any,
        envelope: Any,
        address: str,
        mail_options: list[str],
    ) -> str:
        if self.takes_from is not None and len(self.connections | {session.peer}) > self.takes_from:
            asyncio.get_running_loop().call_later(0.05, server.transport.close)
            return "421 too many connections"
        self.connections.add(session.peer)
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return TAKEN

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's
        self,
        server: Any,
        session: Any,  # noqa: ARG002
        envelope: Any,
        address: str,
        rcpt_options: list[str],  # noqa: ARG002
    ) -> str:
        await asyncio.sleep(self.silent_seconds.get(_domain(address), 0.0))
        answers = self.to.get(address, [TAKEN])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        elif answer.startswith("421"):
            asyncio.get_running_loop().call_later(0.05, server.transport.close)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002  # aiosmtpd's
        if self.refuse is not None:
            return self.refuse
        await self._think(_domain(envelope.rcpt_tos[0]))
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.mailed.append(Mailed(envelope.mail_from, tuple(envelope.rcpt_tos), message))
        if self.drop_after_data:
            self.drop_after_data -= 1
            server.transport.abort()
        return TAKEN

    async def _think(self, domain: str) -> None:
        both = (domain, "")
        self._in_hand.update(both)
        self.at_once |= self._in_hand
        try:
            await asyncio.sleep(self.slow_domains.get(domain, self.slow_seconds))
        finally:
            self._in_hand.subtract(both)

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:  # noqa: ARG002
        right = data.login == b"imagin" and data.password == (self.password or "").encode()
        return AuthResult(success=right, handled=right)  # not handled: aiosmtpd says 535


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
