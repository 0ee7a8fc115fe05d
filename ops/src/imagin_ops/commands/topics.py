"""`imagin topics`: the catalogue against the cluster."""

from dataclasses import asdict
from typing import Annotated

import typer

from event_schemas.catalogue import TOPICS
from imagin_ops import running, topics
from imagin_ops.acls import acls, commands
from imagin_ops.connections import run
from imagin_ops.output import fail, put, put_json

app = typer.Typer(help="Topics of the catalogue on the cluster.", no_args_is_help=True)
Replication = Annotated[
    int | None,
    typer.Option(min=1, help="Copies of each partition; without it 3, or as many as there are brokers."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@app.command("list")
def list_(*, json: Json = False) -> None:
    """The catalogue: topic, owner, key, partitions, cleanup. Needs no cluster."""
    rows = [
        {"topic": topic.name, "owner": topic.owner, "key": topic.key, "partitions": topic.partitions}
        for topic in TOPICS.values()
    ]
    if json:
        put_json(rows)
    for row in rows if not json else ():
        put(f"{row['topic']:36} {row['owner']:16} {row['key']:16} {row['partitions']}")


@app.command()
def apply(*, replication: Replication = None, json: Json = False) -> None:
    """Create the topics that are missing; changes nothing that exists. Needs IMAGIN_KAFKA_BOOTSTRAP.

    A topic is made with min.insync.replicas one below its copies. Exit code 0, 1 when the cluster refuses a topic,
    4 when Kafka does not answer.
    """
    installation = running.find()
    kafka = installation.kafka
    installation.tell_writing(f"Kafka {installation.bootstrap}")
    try:
        created = run(topics.apply(kafka, replication=replication))
    except topics.NotCreated as error:
        fail("\n  ".join(f"{topic} : {reason}" for topic, reason in error.reasons.items()))
    if json:
        put_json(created)
    else:
        put(", ".join(created) or "tous les topics existent")


@app.command()
def diff(*, replication: Replication = None, json: Json = False) -> None:
    """Differences between catalogue and cluster: topics, partitions, copies, settings. Needs IMAGIN_KAFKA_BOOTSTRAP.

    Exit code 0 when there is none, 1 otherwise, 4 when Kafka does not answer.
    """
    found = run(topics.diff(running.find().kafka, replication=replication))
    if json:
        put_json([asdict(one) for one in found])
    for one in found if not json else ():
        put(f"{one.topic} : {one.setting} = {one.actual or 'absent'}, attendu {one.wanted}")
    raise typer.Exit(1 if found else 0)


@app.command("acls")
def acls_(*, json: Json = False) -> None:
    """Kafka's rights as lines for `kafka-acls.sh`, from the catalogue: one user a service, one writer a topic.

    Changes nothing: `imagin topics acls | sh` with KAFKA_ACLS set to the tool and how to reach the cluster.
    """
    if json:
        put_json([one._asdict() for one in acls()])
    for one in commands() if not json else ():
        put(" ".join(["${KAFKA_ACLS:?kafka-acls.sh --bootstrap-server …}", *one]))
