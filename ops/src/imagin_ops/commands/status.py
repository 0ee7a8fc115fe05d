"""`imagin status` and `imagin doctor`: how the installation is, and what is wrong with what it was given."""

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any

import asyncpg
import typer

from chassis import provisioning
from chassis.migration import Schema
from imagin_ops import health, parts, running, topics
from imagin_ops.connections import NoAnswer, run
from imagin_ops.health import Books, Health, Reader, asked
from imagin_ops.output import program, put, put_json, say, when
from imagin_ops.readers import unread
from imagin_ops.running import Installation
from imagin_ops.services import SERVICES
from santorin_bridge.operations import Silence

_SILENT_SECONDS = 3_600
_KAFKA_MILLISECONDS = 4_000

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Findings = dict[str, str | None]


def _needed() -> Installation:
    installation = running.find()
    databases = {f"{one.prefix}DATABASE_URL": installation.databases.get(one.name) for one in SERVICES}
    installation.need({"IMAGIN_KAFKA_BOOTSTRAP": installation.bootstrap} | databases)
    return installation


def _kafka(installation: Installation) -> dict[str, Any]:
    return installation.kafka | {"request_timeout_ms": _KAFKA_MILLISECONDS}


def status(*, json: Json = False) -> None:
    """Kafka, processes, readers, what waits to be sent, dead letters, SANTORIN's answers. Ends within 15 seconds.

    Needs IMAGIN_KAFKA_BOOTSTRAP and <SERVICE>_DATABASE_URL; processes are asked where <SERVICE>_URL names them, and for
    their metrics where <SERVICE>_OPS_URL does, with commas between. Exit code 0 when all is well, 1 otherwise: a reader
    that has stood still for 30 s, a row that has waited for 60 s, SANTORIN that has left a right unanswered for an hour
    are not well.
    """
    kafka, services = run(_status(_needed()))
    silence = next((one.books.silence for one in services if isinstance(one.books, Books) and one.books.silence), None)
    if json:
        document: dict[str, Any] = {"kafka": {"health": kafka or "ok"}}
        document |= {one.service.name: _document(one) for one in services}
        put_json(document | {"santorin": dict(silence) if silence else None})
    for line in _lines(kafka, services, silence) if not json else ():
        put(line)
    well = kafka is None and all(one.well for one in services) and silence is not None and not _silent(silence)
    raise typer.Exit(0 if well else 1)


async def _status(installation: Installation) -> tuple[str | None, list[Health]]:
    """What is wrong with Kafka, if anything, and each service."""
    left, seen = await asyncio.gather(
        asked(unread(_kafka(installation))),
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
        yield from (f"    {_standing(reader)}" for reader in one.standing())
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


def _standing(reader: Reader) -> str:
    place = f"{reader.group} ne lit plus {reader.topic}/{reader.partition}"
    records = "à lire : inconnu" if reader.records is None else f"{reader.records} à lire"
    return f"{place} depuis {reader.seconds:.0f} s ({records})"


def _silent(silence: Silence) -> bool:
    return silence.age_seconds > _SILENT_SECONDS


def doctor(*, json: Json = False) -> None:
    """Check Kafka, topics and their copies, codecs, clocks, databases, migrations, processes, readers, dead letters.

    Says what it was given, without passwords, and what to do. Needs IMAGIN_KAFKA_BOOTSTRAP and <SERVICE>_DATABASE_URL;
    processes are checked where <SERVICE>_URL is given, their metrics where <SERVICE>_OPS_URL is, the mail server where
    NOTIFIER_SMTP_URL is; no mail is sent. Ends within 15 seconds. Exit code 0 when nothing is wrong, 1 otherwise.
    """
    installation = _needed()
    silent = [f"{service.prefix}URL" for service in SERVICES if not installation.replicas(service)]
    silent += [f"{service.prefix}OPS_URL" for service in SERVICES if not installation.ops_ports(service)]
    if silent:
        say(f"processus non interrogés : {', '.join(silent)} non donnés")
    findings = run(_doctor(installation))
    if json:
        put_json({"configuration": installation.told()} | findings)
    for variable, value in installation.told().items() if not json else ():
        put(f"· {variable}={value}")
    for check, trouble in findings.items() if not json else ():
        put(f"{'✓' if trouble is None else '✗'} {check}{'' if trouble is None else ' : ' + trouble}")
    raise typer.Exit(1 if any(findings.values()) else 0)


async def _doctor(installation: Installation) -> Findings:
    (kafka, services), differences, late, rights, schemas, mail = await asyncio.gather(
        _status(installation),
        asked(topics.diff(_kafka(installation))),
        asked(parts.copies(_kafka(installation))),
        parts.rights(_kafka(installation)),
        _schemas(installation),
        parts.mail_server(installation),
    )
    findings: Findings = {"kafka": kafka}
    if not isinstance(differences, NoAnswer):
        trouble = f"{len(differences)} différence(s) : {program()} topics diff"
        findings["topics"] = trouble if differences else None
    if not isinstance(late, NoAnswer):
        findings["copies"] = late
    findings |= {} if kafka else rights
    findings |= {"codecs": parts.codecs(), "horloges": parts.clocks(services)}
    for one in services:
        findings |= _findings(one)
    return findings | schemas | mail


def _findings(one: Health) -> Findings:
    books, name = one.books, one.service.name
    findings: Findings = {f"base {one.service.package}": str(books) if isinstance(books, NoAnswer) else None}
    for replica in one.replicas:
        check = f"service {name}" + (f" {replica.url}" if len(one.replicas) > 1 else "")
        findings[check] = None if replica.health == "ok" else replica.health
    findings |= {f"mesures {name} {found.url}": "muettes" if found.mute else None for found in one.metrics}
    if one.unread is not None or one.metrics:
        findings[f"lecteurs {name}"] = " ; ".join(map(_standing, one.standing())) or None
    late = f"rien ne part depuis {one.outbox_seconds:.0f} s : {program()} outbox"
    findings[f"outbox {name}"] = late if one.outbox_is_late else None
    if isinstance(books, Books):
        findings[f"migrations {one.service.package}"] = _behind(books.schema)
        dead = f"{books.dead_letters} ouverte(s) : {program()} dlq list --service {name}"
        findings[f"lettres mortes {name}"] = dead if books.dead_letters else None
    return findings


async def _schemas(installation: Installation) -> Findings:
    """Of each service, where an administrator's URL is given: it tells a database that is not there, too."""
    url = installation.admin_url
    if not url:
        return {}
    found = await asyncio.gather(*(asked(_schema(url, service.package)) for service in SERVICES))
    return {f"migrations {service.package}": _behind(one) for service, one in zip(SERVICES, found, strict=True)}


async def _schema(url: str, package: str) -> Schema | None:
    try:
        return await provisioning.schema(url, package)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise NoAnswer(f"pas de réponse ({type(error).__name__})") from None


def _behind(schema: Schema | NoAnswer | None) -> str | None:
    if isinstance(schema, NoAnswer):
        return str(schema)
    if schema is None or schema.pending:
        return f"{program()} db {'migrate' if schema else 'create'}"
    return f"schéma plus récent que ce code : {program()} db status" if schema.unknown else None
