"""`imagin doctor`: what is wrong with an installation, and with what it was given."""

import asyncio

import asyncpg
import typer

from chassis import migration, provisioning
from chassis.migration import Schema
from imagin_ops import parts, topics
from imagin_ops.commands.status import Json, kafka_of, needed, standing_line, status_of
from imagin_ops.connections import NoAnswer, connected, run
from imagin_ops.health import Books, Health, asked
from imagin_ops.output import program, put, put_json, say
from imagin_ops.running import Installation
from imagin_ops.services import SERVICES, ServiceSpec

Findings = dict[str, str | None]


def doctor(*, json: Json = False) -> None:
    """Check Kafka, topics and their copies, codecs, clocks, databases, migrations, processes, readers, dead letters.

    Says what it was given, without passwords, and what to do. Needs IMAGIN_KAFKA_BOOTSTRAP and <SERVICE>_DATABASE_URL;
    processes are checked where <SERVICE>_URL is given, their metrics where <SERVICE>_OPS_URL is, the mail server where
    NOTIFIER_SMTP_URL is; no mail is sent. Ends within 15 seconds. Exit code 0 when nothing is wrong, 1 otherwise.
    """
    installation = needed()
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
        status_of(installation),
        asked(topics.diff(kafka_of(installation))),
        asked(parts.copies(kafka_of(installation))),
        parts.rights(kafka_of(installation)),
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
        findings |= _findings(one, schemas)
    return findings | schemas | mail


def _findings(one: Health, schemas: Findings) -> Findings:
    books, name = one.books, one.service.name
    findings: Findings = {f"base {one.service.package}": str(books) if isinstance(books, NoAnswer) else None}
    for replica in one.replicas:
        check = f"service {name}" + (f" {replica.url}" if len(one.replicas) > 1 else "")
        findings[check] = None if replica.health == "ok" else replica.health
    findings |= {f"mesures {name} {found.url}": "muettes" if found.mute else None for found in one.metrics}
    if one.unread is not None or one.metrics:
        findings[f"lecteurs {name}"] = " ; ".join(map(standing_line, one.standing())) or None
    late = f"rien ne part depuis {one.outbox_seconds:.0f} s : {program()} outbox"
    findings[f"outbox {name}"] = late if one.outbox_is_late else None
    if isinstance(books, Books):
        findings |= {check: schemas[check] for check in [f"migrations {one.service.package}"] if check in schemas}
        dead = f"{books.dead_letters} ouverte(s) : {program()} dlq list --service {name}"
        findings[f"lettres mortes {name}"] = dead if books.dead_letters else None
    return findings


async def _schemas(installation: Installation) -> Findings:
    """Of each service, as an administrator sees it where one's URL is given: a database that is not there, too."""
    url = installation.admin_url
    looks = (_schema(url, one.package) if url else _own_schema(installation, one) for one in SERVICES)
    found = await asyncio.gather(*map(asked, looks))
    return {
        f"migrations {service.package}": _behind(one)
        for service, one in zip(SERVICES, found, strict=True)
        if url or not isinstance(one, NoAnswer)  # that its database does not answer is told once
    }


async def _own_schema(installation: Installation, service: ServiceSpec) -> Schema:
    try:
        async with connected(installation.database(service)) as connection:
            return await migration.schema(connection, migration.of_service(service.package))
    except asyncpg.PostgresError as error:
        raise NoAnswer(type(error).__name__) from None


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
