"""`imagin outbox`: what each service has written for Kafka and its relay has not sent yet."""

import asyncio
from typing import Annotated, Any

import typer

from chassis import outbox as outbox_
from chassis.database import connect
from imagin_ops import running
from imagin_ops.output import put, put_json

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def outbox(*, json: Json = False) -> None:
    """What waits in each service's outbox: rows, seconds since the oldest was written, by topic. Exit code 0.

    Rows that grow older are not sent: the service or Kafka is down.
    Rights do not wait here: santorin-bridge sends them from its own table.
    """
    found = asyncio.run(_outboxes(running.find()))
    if json:
        put_json(found)
    for service, one in found.items() if not json else ():
        put(f"{service:16} {_sentence(one)}")
        for topic in one["topics"]:
            put(f"    {topic['topic']:36} {_sentence(topic)}")


async def _outboxes(installation: running.Installation) -> dict[str, dict[str, Any]]:
    return {service: await _outbox(url) for service, url in installation.databases.items()}


async def _outbox(url: str) -> dict[str, Any]:
    connection = await connect(url)
    try:
        topics = await outbox_.waiting(connection)
    finally:
        await connection.close()
    return {
        "pending": sum(topic.pending for topic in topics),
        "oldest_seconds": max((topic.oldest_seconds for topic in topics), default=0.0),
        "topics": [dict(topic) for topic in topics],
    }


def _sentence(waiting: dict[str, Any]) -> str:
    if not waiting["pending"]:
        return "rien n’attend"
    return f"{waiting['pending']} en attente, la plus ancienne depuis {waiting['oldest_seconds']:.0f} s"
