"""`imagin outbox`: what each service has written for Kafka and its relay has not sent yet."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from imagin_ops import running
from imagin_ops.connections import connected, run
from imagin_ops.output import put, put_json
from imagin_ops.services import ServiceSpec, chosen
from imagin_ops.waiting import waiting

Service = Annotated[str | None, typer.Option(help="Of one service only.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def outbox(*, service: Service = None, json: Json = False) -> None:
    """What waits to be sent by each service: how much, seconds since the oldest was written, by topic.

    The rights that santorin-bridge has to publish count with the rows of its outbox. What grows older is not sent:
    the service or Kafka is down. A service has one database, however many processes it has. Needs
    <SERVICE>_DATABASE_URL. Exit code 0, 4 when a database does not answer.
    """
    services = chosen(service)
    found = run(_outboxes(running.find().databases_of(services), services))
    if json:
        put_json(found)
    for name, one in found.items() if not json else ():
        put(f"{name:16} {_sentence(one)}")
        for topic in one["topics"]:
            put(f"    {topic['topic']:36} {_sentence(topic)}")


async def _outboxes(databases: Mapping[str, str], services: tuple[ServiceSpec, ...]) -> dict[str, dict[str, Any]]:
    return {service.name: await _outbox(databases[service.name], service) for service in services}


async def _outbox(url: str, service: ServiceSpec) -> dict[str, Any]:
    async with connected(url) as connection:
        topics = await waiting(connection, service)
    return {
        "pending": sum(topic.pending for topic in topics),
        "oldest_seconds": max((topic.oldest_seconds for topic in topics), default=0.0),
        "topics": [dict(topic) for topic in topics],
    }


def _sentence(waiting: Mapping[str, Any]) -> str:
    if not waiting["pending"]:
        return "rien n’attend"
    return f"{waiting['pending']} en attente, la plus ancienne depuis {waiting['oldest_seconds']:.0f} s"
