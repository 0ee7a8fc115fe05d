"""`imagin catch-up`: after a database was restored from a backup (deploy/restauration.md)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated

import asyncpg
import typer
from aiokafka.errors import KafkaError

from chassis.database import Connection, connect
from chassis.restoring import Held, Restoration, StillRunning
from chassis.snapshot import TopicUnavailable
from convocation import operations as convocation
from event_schemas.catalogue import EVENT_TYPES, TOPICS
from imagin_ops import groups, running
from imagin_ops.connections import NoAnswer, place, run
from imagin_ops.output import fail, program, put, put_json, say
from imagin_ops.running import Installation
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE, SERVICES
from mission_import import operations as mission_import
from notifier import operations as notifier
from santorin_bridge import operations as santorin_bridge

_SHOWN = 20
_MODELS = {ce_type: event.model for ce_type, event in EVENT_TYPES.items()}
_CATCH_UP: Mapping[str, Callable[[Restoration], Awaitable[Mapping[str, list[str]]]]] = {
    MISSION_IMPORT.name: mission_import.catch_up,
    CONVOCATION.name: convocation.catch_up,
    SANTORIN_BRIDGE.name: santorin_bridge.catch_up,
    NOTIFIER.name: notifier.catch_up,
}
_HELD: Mapping[str, Callable[[Connection, str], AsyncIterator[list[Held]]]] = {
    MISSION_IMPORT.name: mission_import.held,
    CONVOCATION.name: convocation.held,
    SANTORIN_BRIDGE.name: santorin_bridge.held,
    NOTIFIER.name: notifier.held,
}


class NotRewound(Exception):
    """The database is written, its topics are not to be read again yet; the message says what to do."""


Bilan = Mapping[str, list[str]]


def catch_up(
    service: Annotated[str, typer.Argument(help="Whose database was restored; its processes are stopped.")],
    *,
    confirm: Annotated[bool, typer.Option("--confirm", help="Write; else it only says what would be done.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Bring a database restored from a backup to where the others are, and have it read its topics again.

    Needs IMAGIN_KAFKA_BOOTSTRAP and the four <SERVICE>_DATABASE_URL.
    Exit code 0, 2 when there is no such service, 4 when it still runs or something does not answer.
    """
    if service not in _CATCH_UP:
        fail(f"service inconnu : {service} (attendu : {', '.join(_CATCH_UP)})", code=2)
    try:
        bilan, rewound = run(_run(running.find(), service, confirm=confirm))
    except StillRunning:
        fail(
            f"un processus de {service} travaille sur cette base, ou vient d’être tué : arrêtez-les, attendez 10 s",
            code=4,
        )
    except NotRewound as error:
        fail(str(error), code=4)
    except (TopicUnavailable, KafkaError, OSError, asyncpg.PostgresError) as error:
        fail(f"{type(error).__name__} : {service} est-il arrêté, Kafka répond-il ? {program()} doctor", code=4)
    if json:
        put_json({"fait": confirm, "aggregats": bilan, "relus": rewound})
    else:
        _tell(bilan, rewound, confirm=confirm)


async def _run(installation: Installation, service: str, *, confirm: bool) -> tuple[Bilan, list[str]]:
    databases = {f"{one.prefix}DATABASE_URL": installation.databases.get(one.name) for one in SERVICES}
    installation.need({"IMAGIN_KAFKA_BOOTSTRAP": installation.bootstrap} | databases)
    urls = installation.databases
    if confirm:
        if await groups.members(installation.kafka, service):
            raise StillRunning
        installation.tell_writing(place(urls[service]), f"Kafka {installation.bootstrap}")
    limits = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0"}
    connection = await _connect(urls[service], **limits)
    try:
        transaction = connection.transaction()
        await transaction.start()
        bilan = await _CATCH_UP[service](_restoration(installation, service, connection))
        await (transaction.commit() if confirm else transaction.rollback())
    finally:
        await connection.close()
    if not confirm:
        return bilan, []
    try:
        return bilan, await groups.rewind(installation.kafka, service)
    except (KafkaError, NoAnswer) as error:
        again = f"{program()} catch-up {service} --confirm"
        raise NotRewound(
            f"{type(error).__name__} : la base est écrite, les groupes ne sont pas remis : {again}"
        ) from None


async def _connect(url: str, **limits: str) -> Connection:
    try:
        return await connect(url, command_seconds=None, **limits)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise NoAnswer(f"{place(url)} : pas de réponse ({type(error).__name__})") from None


def _restoration(installation: Installation, service: str, connection: Connection) -> Restoration:
    async def held(topic: str) -> AsyncIterator[list[Held]]:
        for reader in TOPICS[topic].readers.keys() & _HELD.keys() - {service}:
            theirs = await _connect(installation.databases[reader])
            try:
                async for page in _HELD[reader](theirs, topic):
                    yield page
            finally:
                await theirs.close()

    return Restoration(connection, installation.kafka, _MODELS, held, datetime.now(UTC))


def _tell(bilan: Bilan, rewound: list[str], *, confirm: bool) -> None:
    for what, names in bilan.items():
        put(f"{len(names)} × {what}")
        for name in names[:_SHOWN]:
            put(f"    {name}")
        if len(names) > _SHOWN:
            put(f"    … {len(names) - _SHOWN} de plus : --json")
    if not bilan:
        put("rien que les autres connaissent mieux")
    if confirm:
        put(f"relus depuis le début : {', '.join(rewound)}")
    else:
        say("rien n’a été écrit : --confirm le fait")
