"""The product in its containers, used as from outside: the books balance, also after a national import and faults."""

import asyncio
import contextlib
import json
import re
from itertools import islice

import asyncpg
import httpx2
import pytest_asyncio
from rich.progress import Progress

from imagin_dev.cyclades import closings
from imagin_dev.cyclades.inscriptions_file import latest_revisions, of_events
from imagin_dev.demo import scenario
from imagin_dev.demo.accounts import People
from imagin_dev.demo.books import Books, until
from imagin_dev.demo.rights import RightsReader
from imagin_ops.services import CONVOCATION, NOTIFIER, SERVICES
from testkit.eventually import eventually

ACADEMIE = "27"
SESSION = closings.SESSIONS[0]
MOST_MEGABYTES = 400
ANONYMOUS = re.compile(r"^(?:anon|total_rss) (\d+)$", re.MULTILINE)  # cgroup v2, v1
MEMORY_STAT = "cat /sys/fs/cgroup/memory.stat 2>/dev/null || cat /sys/fs/cgroup/memory/memory.stat"
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


@contextlib.asynccontextmanager
async def opened(installation):
    books = Books(installation.databases)
    await books.open()
    try:
        yield books
    finally:
        await books.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def imported(installation):
    """The nation's closings, told by Cyclades through the published port, are missions. What must have come of them."""
    told = of_events(closings.closings(SESSION, None))
    truth = await asyncio.to_thread(installation.imagin, "simulate", "cyclades", "--national", "--send", "--json")
    revisions = latest_revisions(told)
    async with opened(installation) as books:
        await until(lambda: books.revisions_applied(list(revisions)), sum(revisions.values()), lambda _: None)
        await until(books.missions_missing, 0, lambda _: None)
    return truth


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def directory(installation, imported):
    """An académie's teachers are known, and the service is open."""
    await scenario.prepare(installation, halves()[0], [SESSION])


def halves():
    """The people of every second établissement, and of the others: nobody is in both."""
    both = People.of(of_events(closings.closings(SESSION, ACADEMIE)))
    places = both.etablissements.items()
    return [People(both.by_academie, dict(islice(places, start, None, 2))) for start in (0, 1)]


async def convoke(installation, people):
    """A chef tries again while the service does not answer."""
    async with asyncio.timeout(180):
        while True:
            try:
                with Progress(disable=True) as bars:
                    return await scenario.play(installation, people, bars)
            except* (httpx2.HTTPError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(0.5)


async def balanced(installation):
    """How many people are convoked: as many have a right, SANTORIN's answer and a mail, and nothing is dead."""
    async with opened(installation) as books, RightsReader(installation.kafka_connection) as rights:
        convoked = await books.convocations()
        await until(books.notifications, convoked, lambda _: None)

        async def all_granted():
            assert rights.granted == convoked
            return True

        await eventually(all_granted, because="every convocation has its right")
        assert sum((await installation.mails()).values()) == convoked
        assert (rights.went_back, await books.dead_letters()) == (0, 0)
    reconciled = json.loads(installation.ops("reconcile", "santorin", "--json"))
    assert (reconciled["ouverts"], reconciled["ecarts"]) == (convoked, [])
    await eventually(lambda: well(installation), timeout=120, because="SANTORIN has answered all, and all is well")
    return convoked


def well(installation):
    """A loaded machine may not answer within the command's six seconds, so it is asked again."""
    status = json.loads(installation.ops("status", "--json"))
    assert status["santorin"], "the bridge's database does not answer in time"
    assert status["santorin"]["attendus"] == 0
    assert {status[part]["health"] for part in ("kafka", *(service.name for service in SERVICES))} == {"ok"}
    return True


async def test_the_four_services_keep_their_memory_after_a_national_import(installation, imported):
    """Judged is anonymous memory, what the four hold for themselves: pages of files are shared and can be dropped."""
    async with opened(installation) as books:
        assert await books.missions() == imported["missions"]
    sums = [0.0, 0.0, 0.0]
    for service in SERVICES:
        [anonymous] = ANONYMOUS.findall(installation.inside(service.name, "sh", "-c", MEMORY_STAT))
        number, unit = re.match(r"([0-9.]+)(\w+)", installation.counted(service.name)).groups()
        [resident] = re.findall(r"VmRSS:\s+(\d+) kB", installation.inside(service.name, "cat", "/proc/1/status"))
        found = [int(anonymous) / 1e6, float(number) * UNITS[unit] / 1e6, int(resident) * 1024 / 1e6]
        sums = [total + one for total, one in zip(sums, found, strict=True)]
        installation.tell(memory(service.name, found))
    installation.tell(memory(f"together, after {imported['missions']}", sums))
    assert sums[0] <= MOST_MEGABYTES


def memory(name, found):
    anonymous, engine, resident = found
    return f"{name}: {anonymous:.0f} MB anonymous, {engine:.0f} MB the engine's count, {resident:.0f} MB VmRSS"


async def test_people_convoked_in_containers_have_their_rights_and_mails(installation, directory, santorin):
    await convoke(installation, halves()[0])
    convoked = await balanced(installation)
    assert convoked > 100
    installation.tell(f"{convoked} convocations = rights = people told by mail, académie {ACADEMIE}, one half")


async def test_books_balance_after_a_kill_and_restarts_while_people_convoke(installation, directory, santorin):
    async with opened(installation) as books:
        before = await books.convocations()

    async def more(wanted):
        connection = await asyncpg.connect(installation.databases[CONVOCATION.name])
        try:
            return await connection.fetchval("SELECT count(*) FROM convocation") >= before + wanted
        finally:
            await connection.close()

    playing = asyncio.create_task(convoke(installation, halves()[1]))
    await eventually(lambda: more(10), because="the chefs are at work")
    await asyncio.to_thread(installation.kill, CONVOCATION.name)
    await eventually(lambda: more(40), timeout=60, because="they work on after convocation was killed")
    await asyncio.to_thread(installation.kill, NOTIFIER.name)
    await asyncio.to_thread(installation.compose, "restart", "postgres")
    await playing
    assert {installation.container(one.name)["RestartCount"] for one in (CONVOCATION, NOTIFIER)} == {1}
    await asyncio.to_thread(installation.compose, "restart")
    await asyncio.to_thread(installation.compose, "up", "--detach", "--no-build", "--wait")
    convoked = await balanced(installation)
    assert convoked > before + 40
    installation.tell(f"{convoked} convocations balance after two kills, PostgreSQL's restart and everything's")
