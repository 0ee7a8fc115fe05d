"""How long answers take: one request after the other, the server's own time and no queue. And a client for many."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from statistics import quantiles
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit


class Refused(Exception):
    """The answer to a request was none of 2xx."""


class Connections:
    """POST to one server, over as many connections as requests wait at once.

    httpx takes a millisecond of CPU a request: on two cores it would be what is measured, not the server.
    """

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self._place = urlsplit(url)
        self._headers = headers or {}
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, path: str, body: bytes = b"", **headers: str) -> None:
        """`headers`: with « _ » for « - ». Raises Refused."""
        told = {"Host": self._place.netloc, "Content-Length": str(len(body)), **self._headers}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        reader, writer = await self._connection()
        writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        _, told_length, length = answer.partition(b"content-length: ")
        content = await reader.readexactly(int(length.split(b"\r\n")[0])) if told_length else await _chunks(reader)
        self._idle.append((reader, writer))
        if not answer.startswith(b"http/1.1 2"):
            raise Refused(answer.split(b"\r\n")[0] + content)

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self._place.hostname, self._place.port)

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    """A body whose length nobody has told (RFC 9112 section 7.1), as it came."""
    return await reader.readuntil(b"0\r\n\r\n")


async def percentiles(count: int, send: Callable[[int], Any]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds of `count` requests; `send` makes one and returns its answer, if any."""
    times = []
    for number in range(-5, count):  # five to warm up
        seconds = await seconds_of(send, number)
        if number >= 0:
            times.append(seconds)
        await asyncio.sleep(0)
    return summary(times)


async def seconds_of(send: Callable[[int], Any], number: int = 0) -> float:
    """How long one takes."""
    began = perf_counter()
    answer = await send(number)
    if answer is not None:
        answer.raise_for_status()
    return perf_counter() - began


def summary(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds."""
    cuts = quantiles(seconds, n=100)
    return {name: round(cuts[at] * 1000, 1) for name, at in (("p50_ms", 49), ("p95_ms", 94), ("p99_ms", 98))}
