"""Who sends slowly, or too much, is not waited for: on real connections, with limits of a second."""

import asyncio
import contextlib
from datetime import UTC, datetime

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from chassis import server
from chassis.http import MAX_BODY_BYTES, MAX_FILE_BYTES, Application, create_app, takes_a_file
from chassis.server import configured
from chassis.settings import ServiceSettings
from testkit.eventually import eventually
from testkit.ports import free_port

SOON = 1.0
POST = b"POST /corps HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"


class Client:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def send(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self):
        """All that comes until the server closes the connection."""
        async with asyncio.timeout(10):
            with contextlib.suppress(ConnectionError):
                return await self.reader.read()
        return b""

    async def one_answer(self):
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return head + await self.reader.readexactly(length)


@pytest.fixture
async def connect(monkeypatch):
    """`await connect()`: a client of a service whose limits are short; `connect.seen` has what its routes were told."""
    monkeypatch.setattr(server, "HEAD_SECONDS", SOON)
    monkeypatch.setattr(server, "BODY_SECONDS", SOON)
    app = create_app(title="essai")
    app.state.application = Application(pool=None, clock=lambda: datetime.now(UTC), wake_relay=lambda: None)
    seen = []

    async def read(request: Request):
        seen.append(len(await request.body()))
        return PlainTextResponse("lu")

    @takes_a_file
    async def read_file(request: Request):
        return await read(request)

    async def unread(_: Request):
        return PlainTextResponse("refusé", 401)

    async def late(request: Request):
        await asyncio.sleep(1.9 * SOON)  # just before the second look at the connection
        return await read(request)

    app.add_route("/corps", read, methods=["POST"])
    app.add_route("/fichier", read_file, methods=["POST"])
    app.add_route("/refus", unread, methods=["POST"])
    app.add_route("/tard", late, methods=["POST"])
    port = free_port()
    settings = ServiceSettings(database_url="postgresql://x", kafka_bootstrap="x:1", http_port=port)
    serving = uvicorn.Server(configured(app, settings))
    task = asyncio.create_task(serving.serve())

    async def started():
        return serving.started

    await eventually(started, because="it listens")
    writers = []

    async def connected():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writers.append(writer)
        return Client(reader, writer)

    connected.seen = seen
    yield connected
    for writer in writers:
        writer.close()
    serving.should_exit = True
    await task


async def dribble(client, data, *, every):
    with contextlib.suppress(ConnectionError):
        while True:
            await client.send(data)
            await asyncio.sleep(every)


async def test_who_connects_and_says_nothing_is_let_go_without_a_word(connect):
    assert await (await connect()).answer() == b""


async def test_a_head_that_comes_drop_by_drop_is_answered_408_in_time(connect):
    client = await connect()
    await client.send(b"GET /health/live HTTP/1.1\r\n")
    dribbling = asyncio.create_task(dribble(client, b"X-A: b\r\n", every=SOON / 8))
    assert (await client.answer()).startswith(b"HTTP/1.1 408 ")
    dribbling.cancel()


async def test_a_second_head_on_the_same_connection_has_the_same_limit(connect):
    client = await connect()
    await client.send(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await client.one_answer()).startswith(b"HTTP/1.1 200 ")
    dribbling = asyncio.create_task(dribble(client, b"G", every=SOON / 8))
    assert (await client.answer()).startswith(b"HTTP/1.1 408 ")
    dribbling.cancel()


async def test_a_body_that_stops_is_answered_408_and_its_route_does_not_wait(connect):
    client = await connect()
    await client.send(POST + b"a")
    assert (await client.answer()).startswith(b"HTTP/1.1 408 ")
    assert connect.seen == []


async def test_a_body_that_comes_too_slowly_is_answered_408_however_steadily(connect, monkeypatch):
    monkeypatch.setattr(server, "BODY_BYTES_PER_SECOND", 1_000)
    client = await connect()
    await client.send(POST.replace(b" 5", b" 100000"))
    dribbling = asyncio.create_task(dribble(client, b"a" * 10, every=SOON / 8))  # 200 a second
    assert (await client.answer()).startswith(b"HTTP/1.1 408 ")
    dribbling.cancel()


async def test_a_body_that_is_fast_enough_may_take_its_time(connect, monkeypatch):
    monkeypatch.setattr(server, "BODY_BYTES_PER_SECOND", 100)
    client = await connect()
    await client.send(POST.replace(b" 5", b" 200"))
    for _ in range(20):
        await client.send(b"a" * 10)
        await asyncio.sleep(SOON / 8)  # 1 s in all
    assert b"200 OK" in await client.one_answer()
    assert connect.seen == [200]


async def test_speed_at_the_beginning_earns_no_long_pause(connect):
    client = await connect()
    await client.send(POST.replace(b" 5", b" 900000") + b"a" * 800_000)  # 80 s at the least speed
    assert (await client.answer()).startswith(b"HTTP/1.1 408 ")


async def test_who_was_refused_does_not_go_on_sending(connect):
    client = await connect()
    await client.send(POST.replace(b"/corps", b"/refus").replace(b" 5", b" 100000000"))
    dribbling = asyncio.create_task(dribble(client, b"a" * 20_000, every=SOON / 8))
    assert (await client.answer()).startswith(b"HTTP/1.1 401 ")
    dribbling.cancel()


async def test_a_client_that_waits_for_us_has_all_the_time(connect):
    client = await connect()
    await client.send(POST.replace(b"/corps", b"/tard").replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
    assert (await client.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
    await asyncio.sleep(SOON / 2)  # its own time begins when it is let on
    await client.send(b"abcde")
    assert b"200 OK" in await client.one_answer()
    large = await connect()
    await large.send(POST.replace(b"/corps", b"/tard").replace(b" 5", b" 500000"))
    sending = asyncio.create_task(large.send(b"a" * 500_000))  # more than is buffered before it is read
    assert b"200 OK" in await large.one_answer()
    await sending
    assert connect.seen == [5, 500_000]


@pytest.mark.parametrize("whole", [True, False], ids=["in one packet", "without end"])
async def test_a_head_that_is_too_large_is_refused(connect, whole):
    client = await connect()
    head = b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 40_000
    await client.send(head + b"\r\n\r\n" if whole else head)
    assert (await client.answer())[:13] in {b"HTTP/1.1 431 ", b"HTTP/1.1 400 "}


async def test_a_body_that_says_it_is_too_large_is_refused_before_a_byte_of_it(connect):
    client = await connect()
    await client.send(POST.replace(b" 5", b" %d" % (MAX_BODY_BYTES + 1)))
    assert (await client.one_answer()).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(("path", "limit"), [("/corps", MAX_BODY_BYTES), ("/fichier", MAX_FILE_BYTES)])
@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_is_as_large_as_its_route_takes(connect, path, limit, declared):
    for size, status in ((limit, b"200 OK"), (limit + 1, b"413 ")):
        client = await connect()
        length = f"Content-Length: {size}" if declared else "Transfer-Encoding: chunked"
        body = b"a" * size if declared else b"%x\r\n%b\r\n0\r\n\r\n" % (size, b"a" * size)
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n".encode()
        sending = asyncio.create_task(client.send(head + body))
        assert status in await client.one_answer()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
