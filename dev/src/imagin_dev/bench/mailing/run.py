"""`imagin bench mails`: convocations that wait on their topic → mails with document and calendar at a mail server.

Beside it a bare sender gives the same server messages of the same size, built by `email` and sent by aiosmtplib over
as many connections: no queue, no states, nothing asked of anybody. Lycées are of all académies, and so are the domains
of the addresses on both sides. And a chef d'établissement reads his missions, before and meanwhile.
"""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import psutil

from acces.acteur import Acteur
from chassis.provisioning import with_database
from imagin_dev.bench.mailing import bare
from imagin_dev.bench.mailing.server import mail_server
from imagin_dev.bench.requests import seconds_of, summary
from imagin_dev.cyclades import closings, producer
from imagin_dev.cyclades.closings import SESSIONS
from imagin_dev.cyclades.inscriptions_file import Closing, latest_revisions, of_events
from imagin_dev.demo import scenario
from imagin_dev.demo.accounts import ADMINISTRATEUR, People, chef
from imagin_dev.demo.books import Books, until
from imagin_dev.stack import Stack
from imagin_ops.output import progress, say
from imagin_ops.services import CONVOCATION, NOTIFIER
from testkit.ports import free_port

_CONNECTIONS = 4
_CALM_SECONDS, _PAGES_PER_SECOND = 15, 10
_WARM_UP = 5
_STALLED_SECONDS = 120
_TOLD = "SELECT count(*) FROM notification WHERE etat = 'SENT'"
_SENT = """
SELECT count(DISTINCT mail_id) AS mails, extract(epoch FROM max(envoyee_le) - min(envoyee_le))::float8 AS seconds
FROM notification WHERE etat = 'SENT'
"""
_KEEP = """
INSERT INTO document (convocation_id, version, sha256, octets, rendu_le)
SELECT v.convocation_id, v.version, d.sha256, d.octets, d.rendu_le
FROM convocation_version v, (SELECT * FROM document LIMIT 1) AS d ON CONFLICT DO NOTHING
"""

Read = Callable[[int], Awaitable[Any]]


def settings() -> dict[str, str]:
    """Of the notifier: its mail server, and no settling, for everything waits already."""
    given = {"SMTP_URL": f"smtp://127.0.0.1:{free_port()}", "SMTP_CONNECTIONS": _CONNECTIONS, "SETTLE_SECONDS": 0}
    return {f"{NOTIFIER.prefix}{name}": str(value) for name, value in given.items()}


async def mails(stack: Stack, given: dict[str, str], lycees: int, *, render: bool = False) -> dict[str, Any]:
    """Rates run from the first mail recorded to the last.

    Documents are kept before, one's bytes for all, unless `render`: as on a morning when all of them are new.
    """
    port = int(given[f"{NOTIFIER.prefix}SMTP_URL"].rpartition(":")[2])
    await asyncio.to_thread(stack.services[NOTIFIER.name].terminate)
    nation = of_events(closings.closings(SESSIONS[0], None))
    made = nation[:: max(1, len(nation) // lycees)][:lycees]  # of all académies
    convocations = await _convoke(stack, made)
    document = await _document(stack, keep=not render)
    state = made[0].state
    reader = chef(state.uai, state.etablissement.academie)
    async with mail_server(port) as taken, _chef(stack, reader) as read:
        async with _reading(read) as before:
            await asyncio.sleep(_CALM_SECONDS)
        say("envoi nu …")
        async with _reading(read):
            academies = [one.state.etablissement.academie for one in made]
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                floor = await asyncio.to_thread(pool.apply, bare.send, (port, _CONNECTIONS, document, academies))
        taken.value = 0
        async with _reading(read) as meanwhile:
            product = await _product(stack, convocations, taken)
    calm, busy = summary(before), summary(meanwhile)
    return {
        "bench": "mails",
        "convocations": convocations,
        "connections": _CONNECTIONS,
        "product": product,
        "bare": floor,
        "page_before": calm,
        "page_meanwhile": busy,
        "page_ratio_p99": round(busy["p99_ms"] / calm["p99_ms"], 2),
        "ratio": round(product["mails_per_second"] / floor["mails_per_second"], 3),
        "cpu_ratio": round(floor["cpu_ms_a_mail"] / product["cpu_ms_a_mail"], 3),
    }


async def _convoke(stack: Stack, made: list[Closing]) -> int:
    """Through the API, the notifier stopped: what it must tell waits on the topic."""
    books = Books(stack.databases)
    await books.open()
    try:
        await producer.send(stack.kafka_connection, made, lambda _: None)
        revisions = latest_revisions(made)
        await until(lambda: books.revisions_applied(list(revisions)), len(revisions), lambda _: None)
        await until(books.missions_missing, 0, lambda _: None)
        people = People.of(made)
        await scenario.prepare(stack, people, [SESSIONS[0]])
        with progress() as bars:
            await scenario.play(stack, people, bars)
        return await books.convocations()
    finally:
        await books.close()


async def _product(stack: Stack, convocations: int, taken: Any) -> dict[str, Any]:
    connection = await asyncpg.connect(stack.databases[NOTIFIER.name])
    process = stack.launch(NOTIFIER)
    memory: list[float] = []
    cpu: dict[int, float] = {}
    try:
        with progress() as bars:
            bar = bars.add_task("convocations envoyées", total=convocations)

            def advance(told: int) -> None:
                bars.update(bar, completed=told)
                cpu[told] = sum(psutil.Process(process.pid).cpu_times()[:2])
                if told >= (len(memory) + 1) * convocations // 4:
                    memory.append(round(process.rss_bytes() / 1e6, 1))

            async def told() -> int:
                await asyncio.sleep(0.5)
                return int(await connection.fetchval(_TOLD))

            await until(told, convocations, advance, stalled_after_seconds=_STALLED_SECONDS)
        mails, seconds = (await connection.fetch(_SENT))[0]
    finally:
        await connection.close()
    start = min(told for told in cpu if told)
    share = mails * (1 - start / convocations)
    return {
        "mails": mails,
        "taken": taken.value,
        "seconds": round(seconds, 1),
        "mails_per_second": round(mails / seconds, 1),
        "convocations_per_second": round(convocations / seconds, 1),
        "cpu_ms_a_mail": round((cpu[convocations] - cpu[start]) / share * 1000, 2),
        "rss_mb_at_quarters": memory,
    }


@asynccontextmanager
async def _chef(stack: Stack, reader: Acteur) -> AsyncIterator[Read]:
    """He reads « Convocation par mission »."""
    async with scenario.client(stack) as http:
        headers = {"Authorization": f"Bearer {stack.token(reader)}"}
        yield lambda _: http.get("/missions", headers=headers)


@asynccontextmanager
async def _reading(read: Read) -> AsyncIterator[list[float]]:
    """At a person's pace, calm and meanwhile alike: a core that nobody has wanted for a while is slower to answer.

    Gives the seconds that each reading takes.
    """
    for _ in range(_WARM_UP):
        await read(0)
    seconds: list[float] = []

    async def work() -> None:
        while True:
            seconds.append(await seconds_of(read))
            await asyncio.sleep(1 / _PAGES_PER_SECOND)

    task = asyncio.create_task(work())
    try:
        yield seconds
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _document(stack: Stack, *, keep: bool) -> bytes:
    """One of them. `keep`: all others are its bytes, for to render costs as much again as to send (decision 0016)."""
    say("documents …")
    connection = await asyncpg.connect(with_database(stack.postgres.admin_url, CONVOCATION.package))
    try:
        convocation = await connection.fetchval("SELECT convocation_id FROM convocation LIMIT 1")
        async with scenario.client(stack) as http:
            headers = {"Authorization": f"Bearer {stack.token(ADMINISTRATEUR)}"}
            answer = await http.get(f"/convocations/{convocation}/convocation.pdf", headers=headers)
        if keep:
            await connection.execute(_KEEP, timeout=600)
        return answer.raise_for_status().content
    finally:
        await connection.close()
