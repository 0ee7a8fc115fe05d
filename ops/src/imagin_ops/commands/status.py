"""`imagin status` and `imagin doctor`: how the installation is, and what is wrong with what it was given."""

import asyncio
from typing import Annotated, Any

import asyncpg
import httpx2
import typer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from chassis import provisioning
from imagin_ops import running, topics
from imagin_ops.output import program, put, put_json
from imagin_ops.services import SANTORIN_BRIDGE, SERVICES
from santorin_bridge import operations as santorin_bridge

_SILENT_SECONDS = 3_600

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]

_FIGURES = """
SELECT (SELECT count(*) FROM outbox) AS outbox_pending,
       (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float FROM outbox) AS outbox_oldest_seconds,
       (SELECT count(*) FROM dead_letter WHERE state IN ('OPEN', 'RETRY')) AS dead_letters
"""


def status(*, json: Json = False) -> None:
    """Services, outboxes, dead letters, SANTORIN's answers. Exit code 0 when all is well, 1 otherwise.

    SANTORIN is not well when it has left a right unanswered for an hour.
    """
    installation = running.find()
    figures = asyncio.run(_status(installation))
    silence = asyncio.run(_silence(installation))
    if json:
        put_json(figures | {"santorin": silence})
    for name, one in figures.items() if not json else ():
        put(
            f"{name:16} {one['health']:10} outbox {one['outbox_pending']} "
            f"({one['outbox_oldest_seconds']:.0f} s)  lettres mortes {one['dead_letters']}"
        )
    if not json:
        last = silence["dernier"].astimezone().isoformat(timespec="seconds") if silence["dernier"] else "jamais"
        put(
            f"{'SANTORIN':16} {'muet' if _silent(silence) else 'ok':10} sans réponse {silence['attendus']} "
            f"({silence['age_seconds']:.0f} s)  refusées {silence['refusees']}  dernière réponse {last}"
        )
    well = all(one["health"] == "ok" and not one["dead_letters"] for one in figures.values())
    raise typer.Exit(0 if well and not _silent(silence) else 1)


def _silent(silence: dict[str, Any]) -> bool:
    return bool(silence["age_seconds"] > _SILENT_SECONDS)


async def _silence(installation: running.Installation) -> dict[str, Any]:
    connection = await asyncpg.connect(installation.databases[SANTORIN_BRIDGE.name])
    try:
        return dict(await santorin_bridge.silence(connection))
    finally:
        await connection.close()


async def _status(installation: running.Installation) -> dict[str, dict[str, Any]]:
    figures = {}
    for service in SERVICES:
        connection = await asyncpg.connect(installation.databases[service.name])
        try:
            row = await connection.fetchrow(_FIGURES)
            assert row is not None
        finally:
            await connection.close()
        figures[service.name] = {"health": await _health(installation.urls.get(service.name)), **row}
    return figures


async def _health(url: str | None) -> str:
    if not url:
        return "inconnu"
    try:
        async with httpx2.AsyncClient(timeout=3) as client:
            return (await client.get(f"{url}/health/ready")).text.strip()
    except httpx2.HTTPError:
        return "muet"


def doctor(*, json: Json = False) -> None:
    """Check Kafka, topics, databases, migrations, services; says what to do. Exit code 0 when nothing is wrong."""
    findings = asyncio.run(_doctor(running.find()))
    if json:
        put_json(findings)
    for check, trouble in findings.items() if not json else ():
        put(f"{'✓' if trouble is None else '✗'} {check}{'' if trouble is None else ' : ' + trouble}")
    raise typer.Exit(1 if any(findings.values()) else 0)


async def _doctor(installation: running.Installation) -> dict[str, str | None]:
    findings = {"kafka": await _kafka_trouble(installation)}
    if findings["kafka"] is None:
        differences = await topics.diff(installation.kafka)
        trouble = f"{len(differences)} différence(s) : {program()} topics diff"
        findings["topics"] = trouble if differences else None
    for service in SERVICES:
        findings[f"base {service.package}"] = await _database_trouble(installation, service.name)
        health = await _health(installation.urls.get(service.name))
        findings[f"service {service.name}"] = None if health in {"ok", "inconnu"} else health
    if installation.admin_url:
        for service in SERVICES:
            todo = await provisioning.pending(installation.admin_url, service.package)
            findings[f"migrations {service.package}"] = f"{program()} db migrate" if todo is None or todo else None
    return findings


async def _kafka_trouble(installation: running.Installation) -> str | None:
    client = AIOKafkaClient(**installation.kafka | {"request_timeout_ms": 5_000})
    try:
        await client.bootstrap()
    except KafkaError:
        return f"{installation.bootstrap} ne répond pas (ou le mot de passe SASL est faux : Kafka ne le dit pas)"
    finally:
        await client.close()
    return None


async def _database_trouble(installation: running.Installation, name: str) -> str | None:
    try:
        connection = await asyncpg.connect(installation.databases[name], timeout=5)
    except (OSError, asyncpg.PostgresError) as error:
        return type(error).__name__
    await connection.close()
    return None
