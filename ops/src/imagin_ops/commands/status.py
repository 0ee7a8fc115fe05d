"""`imagin status`: how the installation is."""

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from imagin_ops import health, running
from imagin_ops.connections import NoAnswer, run
from imagin_ops.health import Books, Health, Reader, asked
from imagin_ops.output import put, put_json, when
from imagin_ops.readers import unread
from imagin_ops.running import Installation
from imagin_ops.services import SERVICES
from santorin_bridge.waiting import Silence

_SILENT_SECONDS = 3_600
_KAFKA_MILLISECONDS = 4_000

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def needed() -> Installation:
    """The installation that is given; exits with 2 where Kafka or a database is not."""
    installation = running.find()
    databases = {f"{one.prefix}DATABASE_URL": installation.databases.get(one.name) for one in SERVICES}
    installation.need({"IMAGIN_KAFKA_BOOTSTRAP": installation.bootstrap} | databases)
    return installation


def kafka_of(installation: Installation) -> dict[str, Any]:
    """Its connection, for who waits some seconds at most."""
    return installation.kafka | {"request_timeout_ms": _KAFKA_MILLISECONDS}


def status(*, json: Json = False) -> None:
    """Kafka, processes, readers, what waits to be sent, dead letters, SANTORIN's answers. Ends within 15 seconds.

    Needs IMAGIN_KAFKA_BOOTSTRAP and <SERVICE>_DATABASE_URL; processes are asked where <SERVICE>_URL names them, and for
    their metrics where <SERVICE>_OPS_URL does, with commas between. Exit code 0 when all is well, 1 otherwise: a reader
    that has stood still for 30 s, a row that has waited for 60 s, SANTORIN that has left a right unanswered for an hour
    are not well.
    """
    kafka, services = run(status_of(needed()))
    silence = next((one.books.silence for one in services if isinstance(one.books, Books) and one.books.silence), None)
    if json:
        document: dict[str, Any] = {"kafka": {"health": kafka or "ok"}}
        document |= {one.service.name: _document(one) for one in services}
        put_json(document | {"santorin": dict(silence) if silence else None})
    for line in _lines(kafka, services, silence) if not json else ():
        put(line)
    well = kafka is None and all(one.well for one in services) and silence is not None and not _silent(silence)
    raise typer.Exit(0 if well else 1)


async def status_of(installation: Installation) -> tuple[str | None, list[Health]]:
    """What is wrong with Kafka, if anything, and each service."""
    left, seen = await asyncio.gather(
        asked(unread(kafka_of(installation))),
        asyncio.gather(*(health.look(installation, service) for service in SERVICES)),
    )
    services = [health.of(service, one, left) for service, one in zip(SERVICES, seen, strict=True)]
    return str(left) if isinstance(left, NoAnswer) else None, services


def _document(one: Health) -> dict[str, Any]:
    books = one.books if isinstance(one.books, Books) else None
    return {
        "health": one.word,
        "replicas": [{"url": replica.url, "health": replica.health} for replica in one.replicas],
        "metrics": [{"url": found.url, "health": "muet" if found.mute else "ok"} for found in one.metrics],
        "database": "ok" if books else str(one.books),
        "outbox_pending": books.pending if books else None,
        "outbox_oldest_seconds": one.outbox_seconds,
        "dead_letters": books.dead_letters if books else None,
        "unread": one.unread_records,
        "standing": [reader._asdict() for reader in one.standing()],
    }


def _lines(kafka: str | None, services: list[Health], silence: Silence | None) -> Iterator[str]:
    yield f"{'Kafka':16} {'ok' if kafka is None else 'muet       ' + kafka}"
    for one in services:
        left = "inconnu" if one.unread_records is None else one.unread_records
        yield f"{one.service.name:16} {one.word:10} {_books(one)}  à lire {left}"
        if len(one.replicas) > 1:
            yield from (f"    {replica.url:36} {replica.health}" for replica in one.replicas)
        yield from (f"    {url:36} mesures muettes" for url in one.mute)
        yield from (f"    {standing_line(reader)}" for reader in one.standing())
    if silence is None:
        yield f"{'SANTORIN':16} inconnu"
        return
    last = when(silence.dernier) if silence.dernier else "jamais"
    yield (
        f"{'SANTORIN':16} {'muet' if _silent(silence) else 'ok':10} sans réponse {silence.attendus} "
        f"({silence.age_seconds:.0f} s)  refusées {silence.refusees}  dernière réponse {last}"
    )


def _books(one: Health) -> str:
    if isinstance(one.books, NoAnswer):
        return f"{one.books}  outbox ({one.outbox_seconds:.0f} s)"
    return f"outbox {one.books.pending} ({one.outbox_seconds:.0f} s)  lettres mortes {one.books.dead_letters}"


def standing_line(reader: Reader) -> str:
    place = f"{reader.group} ne lit plus {reader.topic}/{reader.partition}"
    records = "à lire : inconnu" if reader.records is None else f"{reader.records} à lire"
    return f"{place} depuis {reader.seconds:.0f} s ({records})"


def _silent(silence: Silence) -> bool:
    return silence.age_seconds > _SILENT_SECONDS
