"""One running product for the end-to-end tests of a module: real parts, the four services as processes."""

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path

import asyncpg
import httpx2
import pytest
import pytest_asyncio
from rich.progress import Progress

from event_schemas import catalogue
from imagin_dev.cyclades import producer, sample
from imagin_dev.cyclades.inscriptions_file import latest_revisions
from imagin_dev.demo import scenario
from imagin_dev.demo.accounts import People
from imagin_dev.demo.books import Books, until
from imagin_dev.demo.rights import RightsReader
from imagin_dev.stack import Stack
from imagin_ops.services import CONVOCATION, SANTORIN_BRIDGE, SERVICES
from testkit.eventually import eventually
from testkit.smtp import MailServer
from testkit.topics import read_all

# As short as the broker allows: a killed process's partitions find their new reader sooner.
SESSION = {f"{service.prefix}KAFKA_SESSION_TIMEOUT_MILLISECONDS": "6000" for service in SERVICES}
CLOSINGS = sample.closings()
LYCEES_EACH = 2
ON_THE_WAY = {
    CONVOCATION: "outbox",
    SANTORIN_BRIDGE: "habilitation WHERE envoi IN (SELECT id FROM envoi WHERE publie_le IS NULL)",
}


@pytest.fixture(scope="module")
def mails():
    """A mail server of the module: `.url`, `.stop()`, `.start()`."""
    server = MailServer()
    server.start()
    yield server
    server.stop()


async def fetchval(url, query):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


class Patient(httpx2.AsyncHTTPTransport):
    """A person sends a request again while the service does not answer; the Idempotency-Key makes it safe."""

    async def handle_async_request(self, request):
        while True:
            with contextlib.suppress(httpx2.TransportError):
                response = await super().handle_async_request(request)
                await response.aread()
                if response.status_code < 500:
                    return response
            await asyncio.sleep(0.5)


class Story:
    """Closings of some lycées, and everything their people do with them; lycées are never used twice."""

    def __init__(self, stack, books):
        self.stack, self.books = stack, books
        self.used = 0

    @property
    def told(self):
        return CLOSINGS[: self.used]

    async def live(self):
        closings = CLOSINGS[self.used : self.used + LYCEES_EACH]
        self.used += LYCEES_EACH
        await producer.send(self.stack.kafka_connection, closings, lambda _: None)
        revisions = latest_revisions(closings)
        await until(lambda: self.books.revisions_applied(list(revisions)), len(revisions), lambda _: None)
        await eventually(self._missions_arrived, timeout=60, because="convocation has every mission")
        people = People.of(closings)
        await scenario.prepare(self.stack, people, [one.state.session for one in closings], Patient())
        with Progress(disable=True) as bars:
            await scenario.play(self.stack, people, bars, Patient())

    async def _missions_arrived(self):
        return await self.books.missions_missing() == 0

    async def _on_the_way(self):
        """Rows that wait for a relay, by service: where it stands still, if it does."""
        waiting = {}
        for service, rows in ON_THE_WAY.items():
            if found := await fetchval(self.stack.databases[service.name], f"SELECT count(*) FROM {rows}"):
                waiting[service.name] = found
        return waiting

    async def is_exact(self):
        """Books, mails and versions of everything told so far."""
        convocations = await self.books.convocations()
        assert convocations > 0
        async with RightsReader(self.stack.kafka_connection) as rights:

            async def all_granted():
                assert (rights.granted, await self._on_the_way()) == (convocations, {})
                return True

            await eventually(all_granted, timeout=60, because="all rights are granted")
            assert rights.went_back == 0

        async def all_told():
            return await self.books.notifications() == convocations

        await eventually(all_told, timeout=60, because="everybody is told")
        mails = [file.read_bytes() for file in self.stack.mail_dir.glob("*.eml")]
        assert sum(mail.count(b"\nContent-Type: application/pdf") for mail in mails) == convocations
        assert await self.books.dead_letters() == 0
        assert await self.books.missions_missing() == 0
        assert (await self.books.missions())["correction"] == sum(
            epreuve.candidats_inscrits > 0 for closing in self.told for epreuve in closing.state.epreuves
        )
        for topic in (catalogue.MISSION, catalogue.CONVOCATION):
            for versions in (await self.versions_by_key(topic)).values():
                assert sorted(versions) == versions, f"versions of a key of {topic} went back"
                assert set(versions) == {1}

    async def versions_by_key(self, topic):
        found: dict[bytes, list[int]] = {}
        model = next(event.model for event in catalogue.EVENT_TYPES.values() if event.topic == topic)
        for record in await read_all(self.stack.kafka_connection, topic):
            found.setdefault(record.key, []).append(model.model_validate_json(record.value).version)
        return found


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack():
    folder = Path(tempfile.mkdtemp(prefix="imagin-e2e-"))
    async with Stack(folder, settings=SESSION, given=False) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def books(stack):
    books = Books(stack.databases)
    await books.open()
    yield books
    await books.close()


@pytest.fixture(scope="module")
def story(stack, books):
    return Story(stack, books)
