"""What `status` takes for an answer of a process."""

import asyncio

import pytest

from imagin_ops import asking
from imagin_ops.asking import Answer

PLAIN = b"HTTP/1.1 200 OK\r\nDate: Mon, 30 Nov 2026 10:00:00 GMT\r\nContent-Length: 2\r\n\r\nok"
IN_PARTS = b"HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nnot\r\n6\r\n ready\r\n0\r\n\r\n"
UNTIL_THE_END = b"HTTP/1.0 200 OK\r\n\r\nok"


@pytest.fixture
async def serve():
    servers, overs = [], []

    async def serving(answer):
        async def talk(reader, writer):
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(answer)
            if not answer:
                await reader.read()
            writer.close()
            await writer.wait_closed()
            over.set()

        over = asyncio.Event()
        overs.append(over)
        servers.append(await asyncio.start_server(talk, "127.0.0.1", 0))
        return f"http://127.0.0.1:{servers[-1].sockets[0].getsockname()[1]}"

    asked = serving.asked = []
    yield serving
    for one, over in zip(servers, overs, strict=True):
        await over.wait()
        one.close()


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        (PLAIN, Answer(200, "Mon, 30 Nov 2026 10:00:00 GMT", "ok")),
        (IN_PARTS, Answer(503, "", "not ready")),
        (UNTIL_THE_END, Answer(200, "", "ok")),
        (b"SSH-2.0-OpenSSH\r\n\r\n", None),
        (PLAIN[:-1], None),
    ],
)
async def test_an_answer_is_read_to_its_end_and_what_is_none_is_none(serve, answer, read):
    url = await serve(answer)
    assert await asking.get(f"{url}/health/ready", seconds=5) == read
    assert serve.asked[0].startswith(b"GET /health/ready HTTP/1.1\r\n")
    assert f"host: {url.removeprefix('http://')}".encode() in serve.asked[0].lower()


async def test_who_says_nothing_is_left_in_time_and_nobody_is_no_answer(serve):
    assert await asking.get(await serve(b""), seconds=0.1) is None
    assert await asking.get("http://127.0.0.1:1", seconds=5) is None
    assert await asking.get("http://127.0.0.1:99999", seconds=5) is None
