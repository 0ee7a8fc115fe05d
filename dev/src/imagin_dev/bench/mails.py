"""`imagin bench mails`: convocations that wait on their topic → mails with document and calendar at a mail server.

Beside it a bare sender gives the same server messages of the same size, built by `email` and sent by aiosmtplib over
one connection: no queue, no states, nothing asked of anybody. And a chef d'établissement reads his missions, before and
meanwhile.
"""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from time import perf_counter
from typing import Any

import aiosmtplib
import asyncpg
from aiosmtpd.controller import Controller

from acces.acteur import Acteur
from chassis.provisioning import with_database
from imagin_dev.bench.requests import percentiles
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

_BARE = 3_000
_PAGES = 400
_STALLED_SECONDS = 120
_TOLD = "SELECT count(*) FROM notification WHERE etat = 'SENT'"
_KEEP = """
INSERT INTO document (convocation_id, version, sha256, octets, rendu_le)
SELECT v.convocation_id, v.version, d.sha256, d.octets, d.rendu_le
FROM convocation_version v, (SELECT * FROM document LIMIT 1) AS d ON CONFLICT DO NOTHING
"""
_MAILS = "SELECT count(DISTINCT mail_id) FROM notification WHERE etat = 'SENT'"


class Sink:
    """Takes everything, counts it, keeps nothing."""

    def __init__(self, taken: Any) -> None:
        self._taken = taken

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002  # aiosmtpd's
        with self._taken.get_lock():
            self._taken.value += 1
        return "250 taken"


def _serve(port: int, taken: Any) -> None:
    controller = Controller(Sink(taken), hostname="127.0.0.1", port=port, data_size_limit=50_000_000)
    controller.start()
    multiprocessing.Event().wait()


@asynccontextmanager
async def mail_server(port: int) -> AsyncIterator[Any]:
    """A mail server in a process of its own; gives the number it has taken (`.value`)."""
    context = multiprocessing.get_context("spawn")
    taken = context.Value("q", 0)
    process = context.Process(target=_serve, args=(port, taken), daemon=True)
    process.start()
    try:
        while True:
            try:
                async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port):
                    break
            except OSError:
                await asyncio.sleep(0.05)
        yield taken
    finally:
        process.kill()
        process.join()


def settings() -> dict[str, str]:
    """Of the notifier: its mail server, and no settling, for everything waits already."""
    prefix = NOTIFIER.prefix
    return {f"{prefix}SMTP_URL": f"smtp://127.0.0.1:{free_port()}", f"{prefix}SETTLE_SECONDS": "0"}


async def mails(stack: Stack, given: dict[str, str], lycees: int, *, render: bool = False) -> dict[str, Any]:
    """Rates run from the notifier's start to the last mail recorded.

    Documents are kept before, one's bytes for all, unless `render`: as on a morning when all of them are new.
    """
    port = int(given[f"{NOTIFIER.prefix}SMTP_URL"].rpartition(":")[2])
    await asyncio.to_thread(stack.services[NOTIFIER.name].terminate)
    made = of_events(closings.closings(SESSIONS[0], None))[:lycees]
    convocations = await _convoke(stack, made)
    document = await _document(stack, keep=not render)
    state = made[0].state
    reader = chef(state.uai, state.etablissement.academie)
    async with mail_server(port) as taken:
        say("envoi nu …")
        floor = await _bare(port, document)
        taken.value = 0
        before = await _pages(stack, reader)
        product = await _product(stack, convocations, taken, reader)
    return {
        "bench": "mails",
        "convocations": convocations,
        "product": product,
        "bare": floor,
        "page_before": before,
        "ratio": round(product["mails_per_second"] / floor["mails_per_second"], 3),
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


async def _product(stack: Stack, convocations: int, taken: Any, reader: Acteur) -> dict[str, Any]:
    connection = await asyncpg.connect(stack.databases[NOTIFIER.name])
    await stack.start_services(NOTIFIER)
    process, began = stack.services[NOTIFIER.name], perf_counter()
    reading = asyncio.create_task(_pages(stack, reader))
    memory: list[float] = []
    try:
        with progress() as bars:
            bar = bars.add_task("convocations envoyées", total=convocations)

            def advance(told: int) -> None:
                bars.update(bar, completed=told)
                if told >= (len(memory) + 1) * convocations // 4:
                    memory.append(round(process.rss_bytes() / 1e6, 1))

            async def told() -> int:
                await asyncio.sleep(0.5)
                return int(await connection.fetchval(_TOLD))

            await until(told, convocations, advance, stalled_after_seconds=_STALLED_SECONDS)
        seconds = perf_counter() - began
        sent = int(await connection.fetchval(_MAILS))
    finally:
        await connection.close()
    return {
        "mails": sent,
        "taken": taken.value,
        "seconds": round(seconds, 1),
        "mails_per_second": round(sent / seconds, 1),
        "convocations_per_second": round(convocations / seconds, 1),
        "rss_mb_at_quarters": memory,
        "page_meanwhile": await reading,
    }


async def _pages(stack: Stack, reader: Acteur) -> dict[str, float]:
    """« Convocation par mission », one reading after the other."""
    async with scenario.client(stack) as http:
        headers = {"Authorization": f"Bearer {stack.token(reader)}"}
        return await percentiles(_PAGES, lambda _: http.get("/missions", headers=headers))


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


async def _bare(port: int, document: bytes) -> dict[str, Any]:
    began = perf_counter()
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port) as smtp:
        for number in range(_BARE):
            message = EmailMessage()
            message["From"], message["To"] = "no@imagin.invalid", f"{number}@ac-exemple.invalid"
            message["Subject"] = "Convocation"
            message.set_content("Vous êtes convoqué.\n" * 40)
            message.add_attachment(document, maintype="application", subtype="pdf", filename="convocation.pdf")
            message.add_attachment("BEGIN:VCALENDAR\r\n" * 20, subtype="calendar", filename="convocation.ics")
            await smtp.send_message(message)
    seconds = perf_counter() - began
    return {"mails": _BARE, "mails_per_second": round(_BARE / seconds, 1), "document_octets": len(document)}
