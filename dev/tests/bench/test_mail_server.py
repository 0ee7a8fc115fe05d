"""The mail server of `bench mails` answers as RFC 5321 and 2920 say, however its bytes arrive."""

import asyncio

import pytest

from imagin_dev.bench.mailing.server import mail_server
from testkit.ports import free_port

HEAD = b"EHLO me\r\nMAIL FROM:<a@b.invalid>\r\nRCPT TO:<c@d.invalid>\r\nDATA\r\n"


@pytest.mark.parametrize(
    ("sent", "told", "count"),
    [
        (HEAD + b"a line\r\n..\r\n.a\r\n.\r\nQUIT\r\n", [220, 250, 250, 250, 354, 250, 221], 1),
        (
            HEAD + b".\r\n" + HEAD + b"x\r\n.\r\nQUIT\r\n",
            [220, 250, 250, 250, 354, 250, 250, 250, 250, 354, 250, 221],
            2,
        ),
        (b"RCPT TO:<c@d.invalid>\r\nDATA\r\nHELP\r\nQUIT\r\n", [220, 503, 503, 500, 221], 0),
        (b"HELO me\r\nMAIL FROM:<>\r\nRSET\r\nRCPT TO:<c@d>\r\nQUIT\r\n", [220, 250, 250, 250, 503, 221], 0),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_it_takes_what_comes_in_turn_however_its_bytes_arrive(sent, told, count, size):
    port = free_port()
    async with mail_server(port) as taken:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for start in range(0, len(sent), size):
            writer.write(sent[start : start + size])
            await writer.drain()
        replies = (await reader.read()).decode().splitlines()
        assert [int(one[:3]) for one in replies if one[3:4] == " "] == told
        assert taken.value == count
        writer.close()
