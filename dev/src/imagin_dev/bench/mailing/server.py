"""A mail server that takes everything, in a process of its own."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar, cast

import aiosmtplib

_SPAWNED = multiprocessing.get_context("spawn")


class Sink(asyncio.Protocol):
    """A server's side of one connection (RFC 5321, 2920): it takes everything, counts it, keeps nothing.

    aiosmtpd reads a mail line by line, 1.2 ms of CPU each on the machine that is measured; this takes 0.1.
    """

    _REPLIES: ClassVar = {
        b"HELO": b"250 sink",
        b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 50000000",
        b"RSET": b"250 ok",
        b"NOOP": b"250 ok",
        b"VRFY": b"252 send some mail",
        b"QUIT": b"221 bye",
    }
    _IN_TURN: ClassVar = {b"MAIL": (0, b"250 ok"), b"RCPT": (1, b"250 ok"), b"DATA": (2, b"354 go ahead")}
    """After what: 0 anything, 1 MAIL, 2 RCPT."""

    def __init__(self, taken: Any) -> None:
        self._taken = taken
        self._buffer = bytearray()
        self._stage, self._searched, self._in_data = 0, 0, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._say(b"220 sink ESMTP")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._end_of_data() if self._in_data else self._command():
            pass

    def _end_of_data(self) -> bool:
        """The empty line before it is that of DATA where the mail is empty."""
        end = self._buffer.find(b"\r\n.\r\n", self._searched)
        if end < 0:
            self._searched = max(0, len(self._buffer) - 4)
            return False
        del self._buffer[: end + 5]
        self._in_data, self._stage = False, 0
        with self._taken.get_lock():
            self._taken.value += 1
        self._say(b"250 taken")
        return True

    def _command(self) -> bool:
        line, end, rest = self._buffer.partition(b"\r\n")
        if not end:
            return False
        verb, self._buffer = bytes(line[:4]).upper(), rest
        after, reply = self._IN_TURN.get(verb, (0, self._REPLIES.get(verb, b"500 what?")))
        if self._stage < after:
            reply = b"503 not now"
        elif verb in self._IN_TURN:
            self._stage = min(after + 1, 2)
            self._in_data = verb == b"DATA"
        elif verb in {b"HELO", b"EHLO", b"RSET"}:
            self._stage = 0
        if self._in_data:
            self._buffer[:0], self._searched = b"\r\n", 0
        self._say(reply)
        if verb == b"QUIT":
            self._transport.close()
        return True

    def _say(self, reply: bytes) -> None:
        self._transport.write(reply + b"\r\n")


def _serve(port: int, taken: Any) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Sink(taken), "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(serve())


@asynccontextmanager
async def mail_server(port: int) -> AsyncIterator[Any]:
    """A mail server in a process of its own; gives the number it has taken (`.value`)."""
    taken = _SPAWNED.Value("q", 0)
    process = _SPAWNED.Process(target=_serve, args=(port, taken), daemon=True)
    process.start()
    try:
        while True:
            try:
                async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port):
                    break
            except OSError:
                await asyncio.sleep(0.05)
        yield taken
    finally:
        process.kill()
        process.join()
