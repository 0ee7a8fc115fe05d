"""Mail out: a folder of `.eml` files or SMTP; each message ends sent, failed for good, or to be tried again."""

import asyncio
from collections.abc import Sequence
from email.message import EmailMessage
from enum import Enum
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

_TRY_AGAIN_FROM, _FAILED_FROM = 400, 500


class Fate(Enum):
    """What became of one message."""

    SENT = "SENT"
    TRY_AGAIN = "TRY_AGAIN"
    FAILED = "FAILED"


class Delivery(NamedTuple):
    """`reason`: a code, never an address."""

    fate: Fate
    reason: str | None = None


class Mail(Protocol):
    """Where mails go."""

    async def deliver(self, messages: Sequence[EmailMessage]) -> list[Delivery]:
        """One delivery a message, in order. Never raises for what a server answers."""


class EmlFolder:
    """The bare install's default. The file bears the Message-ID's name: the same mail twice is one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def deliver(self, messages: Sequence[EmailMessage]) -> list[Delivery]:
        await asyncio.to_thread(self._write, messages)
        return [Delivery(Fate.SENT)] * len(messages)

    def _write(self, messages: Sequence[EmailMessage]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for message in messages:
            name = message["Message-ID"].strip("<>").partition("@")[0]
            partial = self._folder / f".{name}.partial"
            partial.write_bytes(bytes(message))
            partial.replace(self._folder / f"{name}.eml")


class Smtp:
    """`smtp://user:password@host:port`, `smtps://` for TLS from the start; STARTTLS is used where it is offered."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)

    async def deliver(self, messages: Sequence[EmailMessage]) -> list[Delivery]:
        deliveries: list[Delivery] = []
        try:
            async with self._client() as smtp:
                for message in messages:
                    deliveries.append(await _send(smtp, message))  # noqa: PERF401  # kept when the next one fails
        except (aiosmtplib.SMTPException, OSError) as error:
            rest = Delivery(Fate.TRY_AGAIN, type(error).__name__)
            deliveries += [rest] * (len(messages) - len(deliveries))
        return deliveries

    def _client(self) -> aiosmtplib.SMTP:
        url = self._url
        return aiosmtplib.SMTP(
            hostname=url.hostname or "localhost",
            port=url.port,
            username=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            use_tls=url.scheme == "smtps",
            timeout=20,
        )


async def _send(smtp: aiosmtplib.SMTP, message: EmailMessage) -> Delivery:
    try:
        await smtp.send_message(message)
    except aiosmtplib.SMTPRecipientsRefused as error:
        return _answered(error.recipients[0].code)
    except aiosmtplib.SMTPResponseException as error:
        return _answered(error.code)
    return Delivery(Fate.SENT)


def _answered(code: int) -> Delivery:
    """5xx is for good, 4xx for now (RFC 5321)."""
    if code == aiosmtplib.SMTPStatus.domain_unavailable or not _TRY_AGAIN_FROM <= code < _FAILED_FROM:
        return Delivery(Fate.FAILED, f"SMTP {code}")
    return Delivery(Fate.TRY_AGAIN, f"SMTP {code}")
