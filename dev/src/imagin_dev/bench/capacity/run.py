"""`imagin bench capacity`: what a mission, a convocation, a mail and a page cost, and how that changes with the rows.

A part of the nation goes through the product itself. Then the databases grow by copies, and the pages are read again.
"""

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import asyncpg
import httpx2
from aiokafka import AIOKafkaConsumer, TopicPartition
from rich.progress import Progress

from chassis.provisioning import with_database
from event_schemas.catalogue import TOPICS
from imagin_dev.bench.capacity.growth import grow, keep_sample
from imagin_dev.bench.capacity.meter import Meter
from imagin_dev.bench.capacity.pages import pages
from imagin_dev.bench.mailing.server import mail_server
from imagin_dev.cyclades.closings import SESSIONS, closings
from imagin_dev.cyclades.inscriptions_file import Closing, of_events
from imagin_dev.demo import scenario
from imagin_dev.demo.accounts import People
from imagin_dev.demo.books import Books, until
from imagin_dev.santorin.simulator import Santorin
from imagin_dev.stack import Stack
from imagin_ops.output import progress, say
from imagin_ops.services import CONVOCATION, NOTIFIER, SERVICES, ServiceSpec

_NATION = 2_525  # lycées of the sample data
_REST_SECONDS = 30
_STALLED_SECONDS = 180
_SIZES = """
SELECT relname, n_live_tup, pg_table_size(relid), pg_indexes_size(relid) FROM pg_stat_user_tables
WHERE schemaname = 'public' AND n_live_tup > 0 ORDER BY pg_total_relation_size(relid) DESC
"""
_HELD = "SELECT usename, count(*) FROM pg_stat_activity WHERE datname IS NOT NULL GROUP BY 1"
_RIGHTS = "SELECT count(*) FROM acces"
_ANSWERED = "SELECT count(*) FROM acces WHERE etat <> 'TRANSMISE'"
_TOLD = "SELECT count(*) FROM notification WHERE etat = 'SENT'"
_MAILS = "SELECT count(DISTINCT mail_id) FROM notification WHERE etat = 'SENT'"


async def capacity(stack: Stack, smtp_port: int, lycees: int, factors: list[int]) -> dict[str, Any]:
    """`lycees` of the nation through the product; then its pages on `factors` times the nation's rows."""
    made = of_events(closings(SESSIONS[0], None))[:: max(1, _NATION // lycees)]
    admin = await asyncpg.connect(stack.postgres.admin_url)
    try:
        meter = Meter(stack, admin)
        with progress() as bars:
            figures = {"bench": "capacity", "lycees": len(made)}
            figures |= await _one_of_each(stack, meter, made, smtp_port, bars)
            figures["topics"] = {name: found for name in TOPICS if (found := await _topic(stack, name))}
            figures["processus"] = await _processes(stack, admin)
            await keep_sample(stack)
            copies, grown = _NATION // len(made), 0
            for factor in sorted(factors):
                say(f"{factor} × la nation")
                await grow(stack, grown + 1, copies * factor - 1, bars)
                grown = copies * factor - 1
                found = await pages(stack, meter, made[0].state, bars)
                figures[f"nation_x{factor}"] = {"tables": await _sizes(stack), "pages": found}
    finally:
        await admin.close()
    return figures


async def _one_of_each(
    stack: Stack, meter: Meter, made: list[Closing], smtp_port: int, bars: Progress
) -> dict[str, Any]:
    """Each step waits for the one before, and the notifier for them all: so costs are told apart."""
    people, books = People.of(made), Books(stack.databases)
    await books.open()
    try:
        figures: dict[str, Any] = {"repos": await meter.rest(_REST_SECONDS)}
        await asyncio.to_thread(stack.services[NOTIFIER.name].terminate)

        async def close() -> int:
            await scenario.close_registration(stack, made, _bar(bars, "clôtures", len(made)))
            return sum((await books.missions()).values())

        async def convoke() -> int:
            await scenario.play(stack, people, bars)
            convoked = await books.convocations()
            await _until(stack, CONVOCATION, _RIGHTS, convoked, _bar(bars, "droits", convoked))
            return convoked

        steps: dict[str, Callable[[], Awaitable[int]]] = {
            "mission": close,
            "personne": partial(_directory, stack, people),
            "convocation": convoke,
            "reponse_de_santorin": partial(_answer, stack, bars),
        }
        for name, work in steps.items():
            say(f"{name} …")
            figures[name] = await meter.of(work)
        say("mail …")
        async with mail_server(smtp_port):
            figures["mail"] = await meter.of(partial(_mail, stack, figures["convocation"]["count"], bars))
    finally:
        await books.close()
    return figures


async def _directory(stack: Stack, people: People) -> int:
    await scenario.prepare(stack, people, [SESSIONS[0]])
    return sum(map(len, people.by_academie.values()))


async def _answer(stack: Stack, bars: Progress) -> int:
    """SANTORIN reads all rights and answers each; until convocation has read the answers."""
    santorin = Santorin(stack.kafka_connection)
    await santorin.run(lambda _: None, until_idle_seconds=2)
    answered = len(santorin.rights)
    await _until(stack, CONVOCATION, _ANSWERED, answered, _bar(bars, "réponses", answered))
    return answered


async def _mail(stack: Stack, convocations: int, bars: Progress) -> int:
    """Every document is new. A person gets one mail for several convocations."""
    await stack.start_services(NOTIFIER)
    await _until(stack, NOTIFIER, _TOLD, convocations, _bar(bars, "personnes prévenues", convocations))
    return await _fetch(stack, NOTIFIER, _MAILS)


def _bar(bars: Progress, what: str, total: int) -> Callable[[int], None]:
    bar = bars.add_task(what, total=total)
    return lambda done: bars.update(bar, completed=done)


async def _until(stack: Stack, service: ServiceSpec, query: str, target: int, advance: Callable[[int], None]) -> None:
    async def now() -> int:
        await asyncio.sleep(1)  # counting costs PostgreSQL something, too
        return await _fetch(stack, service, query)

    await until(now, target, advance, stalled_after_seconds=_STALLED_SECONDS)


async def _fetch(stack: Stack, service: ServiceSpec, query: str) -> int:
    connection = await asyncpg.connect(stack.databases[service.name])
    try:
        return int(await connection.fetchval(query))
    finally:
        await connection.close()


async def _topic(stack: Stack, name: str) -> dict[str, Any]:
    """Offsets, bytes of one on a broker's disk (key, headers, batch), and the part of them that zlib leaves."""
    files = [file for file in stack.folder.rglob("*.log") if file.parent.name.rpartition("-")[0] == name]
    # Kafka makes a segment's index as large as it may become, but not its log.
    data = b"".join(file.read_bytes() for file in files)
    consumer = AIOKafkaConsumer(**stack.kafka_connection)
    await consumer.start()
    try:
        places = [TopicPartition(name, number) for number in range(TOPICS[name].partitions)]
        offsets = sum((await consumer.end_offsets(places)).values())
    finally:
        await consumer.stop()
    if not data:
        return {}
    return {
        "offsets": offsets,
        "octets": round(len(data) / offsets),
        "zlib": round(len(zlib.compress(data)) / len(data), 2),
    }


async def _processes(stack: Stack, admin: Any) -> dict[str, Any]:
    """Of each service's process: resident memory, series for Prometheus, connections to PostgreSQL."""
    held, figures = dict(await admin.fetch(_HELD)), {}
    async with httpx2.AsyncClient(timeout=30, trust_env=False) as http:
        for service in SERVICES:
            lines = (await http.get(f"{stack.ops_url(service)}/metrics")).text.splitlines()
            figures[service.name] = {
                "rss_mb": round(stack.services[service.name].rss_bytes() / 1e6),
                "series": sum(not line.startswith("#") for line in lines),
                "connexions": held.get(service.package, 0),
            }
    return figures


async def _sizes(stack: Stack) -> dict[str, Any]:
    """Of each service's tables, the largest first: rows, bytes of the table, bytes of its indexes."""
    figures = {}
    for service in SERVICES:
        connection = await asyncpg.connect(with_database(stack.postgres.admin_url, service.package))
        try:
            figures[service.name] = {row[0]: [row[1], row[2], row[3]] for row in await connection.fetch(_SIZES)}
        finally:
            await connection.close()
    return figures
