"""A GET of `status`, on h11 alone: a client of HTTP that can do more takes longer to import than all else of it."""

import asyncio
from typing import NamedTuple
from urllib.parse import urlsplit

import h11

_CHUNK = 65_536


class Answer(NamedTuple):
    """What a process answered."""

    status: int
    date: str
    text: str


async def get(url: str, *, seconds: float) -> Answer | None:
    """Its answer, or None where it gives none within `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            return await _get(url)
    except (OSError, ValueError, TimeoutError, h11.ProtocolError):  # ValueError: a port that is none
        return None


async def _get(url: str) -> Answer:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure or None)
    try:
        http = h11.Connection(h11.CLIENT)
        headers = [("Host", parts.netloc), ("Connection", "close")]
        writer.write(http.send(h11.Request(method="GET", target=parts.path or "/", headers=headers)) or b"")
        writer.write(http.send(h11.EndOfMessage()) or b"")
        return await _answer(http, reader)
    finally:
        writer.close()


async def _answer(http: h11.Connection, reader: asyncio.StreamReader) -> Answer:
    status, date, body = 0, "", bytearray()
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            http.receive_data(await reader.read(_CHUNK))
        elif isinstance(event, h11.Response):
            status, date = event.status_code, dict(event.headers.raw_items()).get(b"Date", b"").decode("latin-1")
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            return Answer(status, date, body.decode(errors="replace"))
