"""Mail out: a folder of `.eml` files, or a few SMTP connections that are kept and paced together."""

import asyncio
import ssl
from enum import Enum
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

from chassis.kill_points import kill_point
from notifier.domain.retour import refus
from notifier.gateways.mime import Message

_DELIVERY_SECONDS = 90.0  # below the silence after which the sender's leadership ends
_COMMAND_SECONDS = 30.0
_TAKEN, _GO_AHEAD, _FAILED_FROM, _CLOSING = 250, 354, 500, 421
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Fate(Enum):
    """What became of one message. UNKNOWN: it was given to the server, which did not say whether it took it."""

    SENT = "SENT"
    TRY_AGAIN = "TRY_AGAIN"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


class Delivery(NamedTuple):
    """`reason`: in words, for the établissement; never an address."""

    fate: Fate
    reason: str | None = None


class RelayUnavailable(Exception):
    """The mail server takes nothing now, or not from us: a reason to wait, not the message's fault.

    Its text is a code or the name of a class. It goes into the log, so the server's own words are not in it.
    """


class Mail(Protocol):
    """Where mails go: to `deliver` at once, as many as there are `connections`."""

    @property
    def connections(self) -> int: ...

    async def ready(self) -> None:
        """Before work is put into mails. Raises RelayUnavailable."""

    async def turn(self) -> None:
        """Before each `deliver`: wait until the rate lets one more go."""

    async def deliver(self, message: Message, envelope_from: str) -> Delivery:
        """Raises RelayUnavailable; then the message was surely not taken."""

    async def close(self) -> None: ...


class EmlFolder:
    """The bare install's default. The file bears the Message-ID's name: the same mail twice is one file."""

    connections = 1

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def ready(self) -> None: ...

    async def turn(self) -> None: ...

    async def deliver(self, message: Message, envelope_from: str) -> Delivery:  # noqa: ARG002
        await asyncio.to_thread(self._write, message)
        return Delivery(Fate.SENT)

    async def close(self) -> None: ...

    def _write(self, message: Message) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = message.message_id.strip("<>").partition("@")[0]
        partial = self._folder / f".{name}.partial"
        partial.write_bytes(bytes(message))
        partial.replace(self._folder / f"{name}.eml")


class Smtp:
    """`smtp://user:password@host:port`; `smtps://` for TLS from the start, `smtp+starttls://` where it must be had.

    With `smtp://` STARTTLS is used where it is offered; a password is never told in clear but to this machine.
    `rate`: messages a second at most, over all `connections`, None for no limit; `ca_file`: PEM, None for the
    machine's own.
    """

    def __init__(
        self, url: str, *, rate: float | None = None, ca_file: Path | None = None, connections: int = 1
    ) -> None:
        tls = ssl.create_default_context(cafile=ca_file)
        self.connections = connections
        self._interval = 1 / rate if rate else 0.0
        self._free_at = 0.0
        self._free = [_Connection(url, tls) for _ in range(connections)]

    async def ready(self) -> None:
        if len(self._free) == self.connections:  # a server that has a mail in hand is there
            await self._free[-1].ready()

    async def turn(self) -> None:
        """Not a library's rate limit, which refuses and lets a burst through (docs/decisions/0025)."""
        loop = asyncio.get_running_loop()
        mine = max(self._free_at, loop.time())
        self._free_at = mine + self._interval
        await asyncio.sleep(mine - loop.time())

    async def deliver(self, message: Message, envelope_from: str) -> Delivery:
        connection = self._free.pop()  # the one used last: no more are opened than are needed
        try:
            return await connection.deliver(message, envelope_from)
        finally:
            self._free.append(connection)

    async def close(self) -> None:
        for connection in self._free:
            connection.close()


class _Connection:
    """One connection, which is opened when it is needed and kept."""

    def __init__(self, url: str, tls: ssl.SSLContext) -> None:
        self._url = urlsplit(url)
        self._tls = tls
        self._smtp: aiosmtplib.SMTP | None = None

    async def ready(self) -> None:
        try:
            async with asyncio.timeout(_DELIVERY_SECONDS):
                await self._connected()
        except aiosmtplib.SMTPResponseException as error:
            raise RelayUnavailable(f"SMTP {error.code}") from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise RelayUnavailable(_cause(error)) from None

    async def deliver(self, message: Message, envelope_from: str) -> Delivery:
        named = given = False
        try:
            async with asyncio.timeout(_DELIVERY_SECONDS):
                smtp = await self._begin(envelope_from)
                kill_point("notifier.after_mail_from")
                named = True
                await smtp.rcpt(message.to.addr_spec)
                kill_point("notifier.after_rcpt_to")
                given = True
                await _data(smtp, message.octets)
        except aiosmtplib.SMTPResponseException as error:
            return await self._refused(error)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            self.close()
            if given:
                return Delivery(Fate.UNKNOWN, type(error).__name__)
            if named and isinstance(error, TimeoutError):  # silence about one recipient is that one's
                return Delivery(Fate.TRY_AGAIN, type(error).__name__)
            raise RelayUnavailable(_cause(error)) from None
        except asyncio.CancelledError:
            self.close()  # in the middle of a command it is of no use to another mail
            raise
        kill_point("notifier.after_data")
        return Delivery(Fate.SENT)

    async def _begin(self, envelope_from: str) -> aiosmtplib.SMTP:
        """A server may have closed a connection that was idle: then once more on a new one."""
        smtp = await self._connected()
        try:
            await smtp.mail(envelope_from)
        except (aiosmtplib.SMTPServerDisconnected, ConnectionError):
            smtp = await self._connected()
            await smtp.mail(envelope_from)
        return smtp

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._smtp is None or not self._smtp.is_connected:
            self._smtp = self._client()
            await self._smtp.connect()
        return self._smtp

    async def _refused(self, error: aiosmtplib.SMTPResponseException) -> Delivery:
        """5xx is for good, 4xx for now (RFC 5321); of sender, greeting or password it is our affair, not the mail's."""
        ours = isinstance(error, (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError))
        if not ours or error.code == _CLOSING:
            self.close()
            raise RelayUnavailable(f"SMTP {error.code}") from None
        try:
            if self._smtp is not None:
                await self._smtp.rset()
        except (aiosmtplib.SMTPException, OSError):
            self.close()
        why = refus(error.code, error.message, adresse=isinstance(error, aiosmtplib.SMTPRecipientRefused))
        return Delivery(Fate.FAILED if error.code >= _FAILED_FROM else Fate.TRY_AGAIN, why)

    def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    def _client(self) -> aiosmtplib.SMTP:
        url = self._url
        host = url.hostname or "localhost"
        safe = url.scheme == "smtps" or host in _LOOPBACK
        return aiosmtplib.SMTP(
            hostname=host,
            port=url.port,
            username=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            use_tls=url.scheme == "smtps",
            start_tls=True if url.scheme == "smtp+starttls" or (url.username and not safe) else None,
            tls_context=self._tls,
            timeout=_COMMAND_SECONDS,
        )


async def _data(smtp: aiosmtplib.SMTP, octets: bytes) -> None:
    """As aiosmtplib does it, which looks at each of a mail's thousand lines twice: theirs end by CRLF already."""
    started = await smtp.execute_command(b"DATA", timeout=_DELIVERY_SECONDS)
    if started.code == _GO_AHEAD:
        if smtp.protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("lost after 354")
        smtp.protocol.write(octets.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        started = await smtp.protocol.read_response(timeout=_DELIVERY_SECONDS)
    if started.code != _TAKEN:
        raise aiosmtplib.SMTPDataError(started.code, started.message)


def _cause(error: Exception) -> str:
    """aiosmtplib wraps what the socket or TLS says into one class: an operator needs to read which it was."""
    return type(error.__cause__ or error).__name__
