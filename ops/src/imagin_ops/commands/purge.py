"""`imagin purge`: what is past its term, in each service's database."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import typer

from acces.conservation import Durees
from chassis.given import Misconfigured
from chassis.settings import load
from convocation import operations as convocation
from imagin_ops import running
from imagin_ops.connections import connected, place, run
from imagin_ops.conservations import CONSERVATIONS
from imagin_ops.output import fail, put, put_json, say
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE, chosen
from mission_import import operations as mission_import
from notifier import operations as notifier
from santorin_bridge import operations as santorin_bridge

_DUREES: Mapping[str, type[Durees]] = {
    MISSION_IMPORT.name: mission_import.Durees,
    CONVOCATION.name: convocation.Durees,
    SANTORIN_BRIDGE.name: santorin_bridge.Durees,
    NOTIFIER.name: notifier.Durees,
}


def purge(
    *,
    service: Annotated[str | None, typer.Option(help="Of one service only.")] = None,
    confirm: Annotated[bool, typer.Option("--confirm/--dry-run", help="Take it; else only count.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """What each service keeps no longer, by kind: a count, or with --confirm the purge that services do once a day.

    How long things are kept: <SERVICE>_KEEP_…_DAYS, as the services have it. Needs <SERVICE>_DATABASE_URL.
    Exit code 0, 2 when there is no such service or a duration is wrong, 4 when a database does not answer.
    """
    databases = running.find().databases_of(chosen(service))
    if confirm:
        running.find().tell_writing(*(place(url) for url in databases.values()))
    now = datetime.now(UTC)
    durees = {name: _durees(name) for name in databases}
    found = {name: run(_done(name, url, durees[name], now, confirm=confirm)) for name, url in databases.items()}
    if json:
        put_json({"fait": confirm, "lignes": found})
        return
    for name, kinds in found.items():
        for genre, count in kinds.items():
            days = getattr(durees[name], f"keep_{genre}_days")
            put(f"{name} : {count} × {genre}, gardé {days} jours")
    if not confirm:
        say("rien n’a été retiré : --confirm le fait")


def _durees(service: str) -> Durees:
    try:
        return load(_DUREES[service])
    except Misconfigured as error:
        fail("\n  ".join(error.sentences), code=2)


async def _done(service: str, url: str, durees: Durees, now: datetime, *, confirm: bool) -> dict[str, int]:
    kept = CONSERVATIONS[service]
    async with connected(url) as connection:
        return await (kept.purge if confirm else kept.over)(connection, durees, now)
