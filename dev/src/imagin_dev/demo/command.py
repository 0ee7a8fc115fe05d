"""`imagin demo`: the whole product on this machine, with an académie of real lycées and invented people."""

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import typer
from rich.progress import Progress, TaskID

from imagin_dev.cyclades import inscriptions_file, producer, sample
from imagin_dev.cyclades.inscriptions_file import Closing, FileRefused
from imagin_dev.demo import accounts
from imagin_dev.demo import scenario as scenario_
from imagin_dev.demo.books import Books, Stalled, until
from imagin_dev.demo.console import DemoConsole
from imagin_dev.demo.provider import DemoProvider
from imagin_dev.demo.rights import RightsReader
from imagin_dev.stack import PartEnded, Stack
from imagin_ops import running
from imagin_ops.output import fail, progress, put, put_json, say
from imagin_ops.services import CONVOCATION
from testkit.parts.errors import PartError

BALANCED, NOT_BALANCED, REFUSED = 0, 1, 2
_ECHO_SECONDS = 2.0


@dataclass(slots=True)
class Options:
    """What the command line asks for."""

    inscriptions: Path | None
    play: bool
    json: bool
    exit: bool
    folder: Path | None


@dataclass(slots=True)
class Summary:
    """The fixed shape of docs/architecture/commands.md; `seconds`: the last three from the start of the scenario."""

    etablissements: int = 0
    missions: dict[str, int] = field(default_factory=dict)
    convocations: int = 0
    habilitations: int = 0
    notifications: int = 0
    dead_letters: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def balanced(self) -> bool:
        return self.convocations == self.habilitations == self.notifications and not self.dead_letters

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def demo(
    *,
    inscriptions: Annotated[
        Path | None, typer.Option(help="JSON Lines of closings to load instead of the sample académie.")
    ] = None,
    scenario: Annotated[bool, typer.Option("--scenario", help="Play every établissement: sign, convoke.")] = False,
    json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout; progress stays on stderr.")] = False,
    exit_: Annotated[
        bool, typer.Option("--exit", help="Play the scenario, wait for rights and mails, print the books, stop.")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="Keep the demo's data in this folder.")] = None,
) -> None:
    """Run the product here: embedded Kafka and PostgreSQL, four services, a sample académie.

    Exit codes: 0 balanced books (or Ctrl-C), 1 books that do not balance or a part that failed or ended (its log is
    kept), 2 refused input.
    """
    options = Options(inscriptions, scenario or exit_, json, exit_, data)
    try:
        closings = _closings(options.inscriptions)
    except FileRefused as refusal:
        fail(str(refusal), code=REFUSED)
    try:
        code = asyncio.run(_stoppable(options, closings))
    except (PartError, Stalled) as error:
        fail(str(error))
    raise typer.Exit(code)


def _closings(path: Path | None) -> list[Closing]:
    """Everything is read and checked before anything starts or is sent."""
    if path is None:
        return sample.closings()
    if not path.is_file():
        raise FileRefused([f"{path} : fichier introuvable"])
    return inscriptions_file.read(path)


async def _stoppable(options: Options, closings: list[Closing]) -> int:
    """SIGINT and SIGTERM cancel the work; leaving the stack stops all that was started."""
    work = asyncio.create_task(_run(options, closings))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, work.cancel)
    try:
        return await work
    except asyncio.CancelledError:
        say("arrêt demandé : tout est arrêté")
        return BALANCED


async def _run(options: Options, closings: list[Closing]) -> int:
    folder = options.folder or Path(tempfile.mkdtemp(prefix=f"imagin-demo-{os.getpid()}-"))
    started, kept = monotonic(), options.folder is not None
    people = accounts.People.of(closings)
    # Nobody signs in where the demo ends by itself.
    provider = None if options.exit else DemoProvider(folder, people)
    stack = Stack(folder, say=say, settings=provider.settings if provider else {})
    try:
        async with stack, provider or contextlib.nullcontext(), contextlib.AsyncExitStack() as beside:
            announced = running.announce(stack.installation())
            try:
                seconds = {"start": round(monotonic() - started, 1)}
                console = None if options.exit else (await beside.enter_async_context(DemoConsole(stack))).url
                return await _while_all_runs(stack, _show(stack, options, closings, people, seconds, console))
            finally:
                announced.unlink(missing_ok=True)
    except PartEnded:
        kept = True  # with the log that says why
        raise
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


async def _while_all_runs(stack: Stack, work: Coroutine[Any, Any, int]) -> int:
    """The result of `work`. Raises PartEnded where a part of the stack ends first; a fault of `work` is its echo."""
    working, watching = asyncio.create_task(work), asyncio.create_task(stack.watch())
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if working.done() and working.exception():
            await asyncio.wait({watching}, timeout=_ECHO_SECONDS)
        if watching.done():
            say("une partie s’est arrêtée d’elle-même : arrêt du reste")
            await watching
        return await working
    finally:
        for one in (working, watching):
            one.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


async def _show(
    stack: Stack,
    options: Options,
    closings: list[Closing],
    people: accounts.People,
    seconds: dict[str, float],
    console: str | None,
) -> int:
    books = Books(stack.databases)
    await books.open()
    try:
        summary = Summary(seconds=seconds)
        await _load(stack, books, closings, people, summary)
        _announce(stack, people, options, console)
        if options.play:
            await _play(stack, books, people, summary)
        if not options.exit:
            say("Ctrl-C arrête tout")
            await asyncio.Event().wait()
    finally:
        await books.close()
    _tell(summary, as_json=options.json)
    return BALANCED if summary.balanced else NOT_BALANCED


async def _load(stack: Stack, books: Books, closings: list[Closing], people: accounts.People, summary: Summary) -> None:
    """Send the closings, wait until every mission has arrived; meanwhile the directory and the opening."""
    began = monotonic()
    revisions = inscriptions_file.latest_revisions(closings)
    with progress() as bars:
        bar = bars.add_task("clôtures de Cyclades", total=len(closings))
        await producer.send(stack.kafka_connection, closings, lambda done: bars.update(bar, completed=done))
        applied = bars.add_task("établissements importés", total=sum(revisions.values()))
        keys = list(revisions)
        await until(
            lambda: books.revisions_applied(keys),
            sum(revisions.values()),
            lambda done: bars.update(applied, completed=done),
        )
        await until(books.missions_missing, 0, lambda _: None)
    summary.seconds["missions"] = round(monotonic() - began, 1)
    say("annuaire des intervenants et ouverture du service")
    await scenario_.prepare(stack, people, (closing.state.session for closing in closings))
    summary.etablissements = await books.etablissements()
    summary.missions = await books.missions()


async def _play(stack: Stack, books: Books, people: accounts.People, summary: Summary) -> None:
    async with RightsReader(stack.kafka_connection) as rights:
        began = monotonic()
        with progress() as bars:
            await scenario_.play(stack, people, bars)
            summary.seconds["convocations"] = round(monotonic() - began, 1)
            summary.convocations = total = await books.convocations()

            async def granted() -> int:
                return rights.granted

            for name, count in (("habilitations", granted), ("notifications", books.notifications)):
                bar = bars.add_task(name, total=total)
                with contextlib.suppress(Stalled):  # the books tell it
                    await until(count, total, partial(_update, bars, bar))
                summary.seconds[name] = round(monotonic() - began, 1)
        summary.habilitations = rights.granted
    summary.notifications = await books.notifications()
    summary.dead_letters = await books.dead_letters()


def _update(bars: Progress, bar: TaskID, done: int) -> None:
    bars.update(bar, completed=done)


def _announce(stack: Stack, people: accounts.People, options: Options, console: str | None) -> None:
    urls = {name: process.url for name, process in stack.services.items()}
    ready: dict[str, Any] = {
        "ready": True,
        "urls": urls,
        "console": console,
        "kafka": stack.kafka.bootstrap,
        "mail_dir": str(stack.mail_dir),
        "accounts": accounts.demo_accounts(people, urls[CONVOCATION.name]),
    }
    if options.json:
        put_json(ready)
        return
    put("IMAG'IN E3C est prêt.")
    for name, url in urls.items():
        put(f"  {name:16} {url}")
    put(f"  {'Kafka':16} {stack.kafka.bootstrap}")
    if console:
        put(f"  {'console':16} {console}  (pour qui exploite)")
        portal = f"{urls[CONVOCATION.name]}/connexion/fim"
        put(f"  {'portail':16} {portal}  (comme par ARENA, une personne de chaque fonction)")
    put(f"  {'mails':16} {stack.mail_dir}")
    for account in ready["accounts"]:
        put(f"  {account['role']:16} {account['sign_in_url']}  {account['name']}")


def _tell(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        put_json(summary.as_json())
        return
    missions = summary.missions
    put(
        f"{summary.etablissements} établissements, {missions['correction']} missions de correction, "
        f"{missions['numerisation']} de numérisation"
    )
    put(
        f"{summary.convocations} convocations = {summary.habilitations} habilitations = "
        f"{summary.notifications} personnes prévenues ; lettres mortes : {summary.dead_letters}"
    )
    put("Les comptes tombent juste." if summary.balanced else "Les comptes ne tombent PAS juste.")
