"""The console beside the running product: whatever is away, it says which, in seconds."""

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from imagin_dev.demo.console import DemoConsole
from imagin_dev.santorin.simulator import Santorin
from imagin_dev.stack import Stack
from imagin_ops.services import NOTIFIER
from testkit.eventually import eventually

SECONDS = 30  # 10 are promised and were measured (docs/mesures.md); the machine of the tests has other work
WELL = "<title>Tout va bien"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack(mails):
    folder = Path(tempfile.mkdtemp(prefix="imagin-console-"))
    settings = {f"{NOTIFIER.prefix}SMTP_URL": mails.url, "CONVOCATION_KAFKA_SESSION_TIMEOUT_MILLISECONDS": "6000"}
    async with Stack(folder, settings=settings, given=False) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def santorin(stack):
    """SANTORIN answers within."""
    answering = asyncio.create_task(Santorin(stack.kafka_connection).run(lambda _: None))
    try:
        yield
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)


@pytest.fixture
async def console(stack):
    """`await console(words, within=…)`: the page once it has these words."""
    async with DemoConsole(stack) as process, httpx2.AsyncClient(base_url=process.url, trust_env=False) as client:

        async def says(words, within):
            async def seen():
                with contextlib.suppress(httpx2.TransportError):
                    page = (await client.get("/")).text
                    assert words in page
                    return page

            return await eventually(seen, timeout=within, because=f"the console says {words}")

        yield says


async def test_the_console_says_within_seconds_which_part_is_away_and_that_it_is_back(stack, story, mails, console):
    async with santorin(stack):
        await story.live()
        page = await console(WELL, within=180)
        assert page.count("1 sur 1 processus") == 4

        stack.postgres.kill()
        await console("<strong>PostgreSQL ne répond pas à", within=SECONDS)
        await stack.postgres.restart()
        await console(WELL, within=180)

        stack.kafka.kill()
        await console("<strong>Kafka ne répond pas à", within=SECONDS)
        await stack.kafka.restart()
        await console(WELL, within=180)

        mails.stop()
        await story.live()
        await console("<strong>Le serveur de mail ne prend plus rien", within=SECONDS)
        mails.start()
        await console(WELL, within=180)

        stack.services[NOTIFIER.name].pause()
        await console("<strong>notifier : aucun processus ne répond", within=SECONDS)
        stack.services[NOTIFIER.name].resume()
        await console(WELL, within=180)
    await story.live()
    page = await console("<strong>SANTORIN n’a pas répondu à", within=SECONDS)
    assert "im-console__souci--grave" not in page  # nobody is woken for it before an hour
    async with santorin(stack):
        await console(WELL, within=180)
