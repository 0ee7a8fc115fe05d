"""`imagin personne`: all that is kept of one person, told, erased, and looked for afterwards (0061)."""

import os
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from acces.personnes import Personne, Trouvee
from chassis.database import Connection
from convocation import operations as convocation
from imagin_ops import running, traces
from imagin_ops.connections import connected, place, run
from imagin_ops.conservations import CONSERVATIONS
from imagin_ops.output import fail, put, put_json, say
from imagin_ops.running import Installation
from imagin_ops.services import CONVOCATION, NOTIFIER, SANTORIN_BRIDGE, SERVICES

app = typer.Typer(help="What is kept of one person: told, erased, looked for.", no_args_is_help=True)
_PARIS = ZoneInfo("Europe/Paris")

Numero = Annotated[str, typer.Argument(help="Her number in the directory; entries merged with hers are hers.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Pdf = Annotated[Path | None, typer.Option(help="New file: the same as a PDF, instead of JSON.")]
Mails = Annotated[list[Path] | None, typer.Option(help="Folder of mails (NOTIFIER_MAIL_DIR, returns): hers go too.")]
Folders = Annotated[list[Path] | None, typer.Option("--fichiers", help="Folder that is looked through: logs, mails.")]


class Refused(Exception):
    """She is not to be erased now; the message says why."""


@app.command()
def extrait(numero: Numero, *, pdf: Pdf = None) -> None:
    """All that the four services keep of her, as one JSON document on stdout: personal data, hand it to her alone.

    Needs the four <SERVICE>_DATABASE_URL. Exit code 0, 1 when nobody has the number, 2 when the file exists, 4 when a
    database does not answer.
    """
    who, kept = run(_kept(running.find(), numero))
    if who is None:
        fail("personne ne porte ce numéro dans l’annuaire")
    if pdf is not None:
        _create(pdf, convocation.Extraits().render(numero, kept, datetime.now(_PARIS)))
        return
    told = {"numeros": who.personne.numeros, "convoquee_a_venir": who.a_venir}
    put_json(told | {"services": kept})


async def _kept(
    installation: Installation, numero: str
) -> tuple[Trouvee | None, dict[str, dict[str, list[dict[str, object]]]]]:
    urls = installation.databases_of(SERVICES)
    async with connected(urls[CONVOCATION.name]) as connection:
        who = await convocation.who(connection, numero)
    if who is None:
        return None, {}
    found = {}
    for name, one in CONSERVATIONS.items():
        async with connected(urls[name]) as connection:
            found[name] = await one.kept(connection, who.personne)
    return who, found


@app.command()
def efface(
    numero: Numero,
    *,
    mots: Annotated[Path, typer.Option(help="New file for `cherche`: the words that name her. Delete it afterwards.")],
    mails: Mails = None,
    confirm: Annotated[bool, typer.Option("--confirm", help="Erase; else it only says what would go.")] = False,
    json: Json = False,
) -> None:
    """Erase her in the four databases, their dead letters and audits, in folders of mails, and on the topic of rights.

    Refused while she is convoked from today on, or an event about her waits to be sent or read. Other topics forget
    after their 400 days; backups and logs, when they are thrown away. Needs the four <SERVICE>_DATABASE_URL.
    Exit code 0, 1 when it is refused, 2 when the file exists, 4 when a database does not answer.
    """
    installation = running.find()
    urls = installation.databases_of(SERVICES)
    if confirm:
        installation.tell_writing(*(place(url) for url in urls.values()))
    try:
        counts, hers = run(_efface(urls, numero, mots if confirm else None, mails or []))
    except Refused as error:
        fail(str(error))
    if json:
        put_json({"fait": confirm, "lignes": counts, "mails": hers})
        return
    for name, tables in counts.items():
        for table, count in tables.items():
            put(f"{name} : {count} × {table}")
    put(f"mails : {hers}")
    say("la liste des droits la perd au relais suivant ; les autres topics, après 400 jours" if confirm else _DRY)


_DRY = "rien n’a été effacé : --confirm le fait"


def _in_mails(who: Personne) -> list[str]:
    """A mail names her by address; a returned one too."""
    return [word for word in who.mots if "@" in word]


async def _efface(
    urls: Mapping[str, str], numero: str, mots: Path | None, mails: Sequence[Path]
) -> tuple[dict[str, dict[str, int]], int]:
    """Rows by service and table, and how many mails. With `mots` it is done, all but convocation's first: until the end
    her number is known, and the file of words is written before, or nobody could look for her afterwards.
    """
    async with AsyncExitStack() as stack:
        held = {name: await stack.enter_async_context(connected(urls[name])) for name in CONSERVATIONS}
        who = await _may_go(held, numero)
        hers = traces.in_files(mails, _in_mails(who))
        if mots is None:
            kept = {name: await CONSERVATIONS[name].kept(connection, who) for name, connection in held.items()}
            return {name: {table: len(rows) for table, rows in one.items()} for name, one in kept.items()}, len(hers)
        await stack.enter_async_context(held[CONVOCATION.name].transaction())
        await convocation.hold(held[CONVOCATION.name], numero)
        who = await _may_go(held, numero)
        _write(mots, [*who.numeros, *who.convocations, *(one for one in who.mots if '"' not in one)])
        for file in hers:
            file.unlink(missing_ok=True)
        done = {}
        for name, one in CONSERVATIONS.items():
            async with held[name].transaction():
                done[name] = await one.erase(held[name], who)
        return done, len(hers)


async def _may_go(held: Mapping[str, Connection], numero: str) -> Personne:
    """Raises Refused; also while a service has still to read what was said of her: it would keep her anew."""
    found = await convocation.who(held[CONVOCATION.name], numero)
    if found is None:
        return await _elsewhere(held, numero)
    if found.a_venir:
        raise Refused("elle est convoquée à partir d’aujourd’hui : annulez ses convocations d’abord")
    if found.a_dire:
        raise Refused("des événements sur elle attendent d’être envoyés : recommencez dans une minute")
    for name, one in CONSERVATIONS.items():
        if await one.behind(held[name], found.versions):
            raise Refused(f"{name} n’a pas encore lu, ou dit, ce qui la concerne : recommencez plus tard")
    return found.personne


async def _elsewhere(held: Mapping[str, Connection], numero: str) -> Personne:
    """Who was erased, and whom a backup of another database or a topic that was read again brought back there.

    Raises Refused where nobody has the number.
    """
    alone = Personne([numero], mots=[f'"{numero}"'])
    kept = [await CONSERVATIONS[name].kept(held[name], alone) for name in (SANTORIN_BRIDGE.name, NOTIFIER.name)]
    rows = [row for tables in kept for rows in tables.values() for row in rows]
    if not rows:
        raise Refused("personne ne porte ce numéro dans l’annuaire")
    convocations = sorted({str(row["convocation_id"]) for row in rows if "convocation_id" in row})
    return Personne([numero], convocations, [*alone.mots, *convocations])


def _write(file: Path, words: Sequence[str]) -> None:
    _create(file, "".join(f"{word}\n" for word in sorted(set(words))).encode())


def _create(file: Path, content: bytes) -> None:
    """A new file for the owner's eyes."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        fail(f"{file} : {error.strerror}", code=2)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)


@app.command()
def cherche(
    mots: Annotated[Path, typer.Argument(help="One word a line, as `efface` wrote them.")],
    *,
    fichiers: Folders = None,
    json: Json = False,
) -> None:
    """Look for these words in every row of the four databases, in every topic, and in files.

    Needs the four <SERVICE>_DATABASE_URL and IMAGIN_KAFKA_BOOTSTRAP. Exit code 0 when there is none, 1 when one is
    found, 2 when the file cannot be read, 4 when something does not answer.
    """
    installation = running.find()
    words = _words(mots)
    urls, kafka = installation.databases_of(SERVICES), installation.kafka
    found: dict[str, dict[str, int]] = {name: run(traces.in_database(url, words)) for name, url in urls.items()}
    found["topics"] = run(traces.in_topics(kafka, words))
    found["fichiers"] = {str(file): 1 for file in traces.in_files(fichiers or [], words)}
    if json:
        put_json(found)
    for where, counts in found.items() if not json else ():
        for what, count in counts.items():
            put(f"{where} : {count} × {what}")
    total = sum(sum(counts.values()) for counts in found.values())
    say(f"{total} trace(s)" if total else "aucune trace")
    raise typer.Exit(1 if total else 0)


def _words(file: Path) -> list[str]:
    try:
        words = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        fail(f"{file} : {type(error).__name__}", code=2)
    if not words:
        fail(f"{file} : aucun mot", code=2)
    return words
