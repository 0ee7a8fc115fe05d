"""`imagin replay`: tell again what stands, at the same version, to the topic or to a file; readers know it already."""

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any
from uuid import UUID

import typer

from chassis.cloudevents import event_id
from chassis.database import Connection
from convocation import operations as convocations
from imagin_ops import running
from imagin_ops.connections import connected, place, run
from imagin_ops.output import fail, progress, put, put_json
from imagin_ops.services import CONVOCATION, SANTORIN_BRIDGE, ServiceSpec
from santorin_bridge import operations as habilitations

_PAGE = 1_000

Mission = Annotated[UUID | None, typer.Option(help="One mission.")]
Etablissement = Annotated[str | None, typer.Option(help="UAI of one établissement.")]
Academie = Annotated[str | None, typer.Option(help="Two-digit code of one académie.")]
Since = Annotated[datetime | None, typer.Option(help="What changed at that time or later, local time of this machine.")]
Everything = Annotated[bool, typer.Option("--all", help="All there is.")]
Out = Annotated[Path | None, typer.Option(help="Write JSON Lines of CloudEvents there instead of sending anything.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Count only.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is told again: where it stands, how it is chosen and sent, and the event of a row."""

    service: ServiceSpec
    source: str
    choix: Callable[..., Any]
    page: Callable[[Connection, Any, UUID | None, int], Awaitable[list[Any]]]
    send: Callable[[Connection, list[UUID]], Awaitable[int]]
    event: Callable[[Any], tuple[str, bytes | None, datetime]]


_CONVOCATIONS = _Kind(
    CONVOCATION,
    convocations.SOURCE,
    convocations.Choix,
    convocations.page,
    convocations.replay_convocations,
    convocations.event_of,
)
_HABILITATIONS = _Kind(
    SANTORIN_BRIDGE,
    habilitations.SOURCE,
    habilitations.Choix,
    habilitations.page,
    habilitations.send_again,
    habilitations.event_of,
)


class What(StrEnum):
    """`convocations`: their events, for santorin-bridge and notifier. `habilitations`: the rights, for SANTORIN."""

    CONVOCATIONS = "convocations"
    HABILITATIONS = "habilitations"


_KINDS = {What.CONVOCATIONS: _CONVOCATIONS, What.HABILITATIONS: _HABILITATIONS}


def replay(
    what: Annotated[What, typer.Argument(help="The convocations' events, or the rights.")],
    *,
    mission: Mission = None,
    etablissement: Etablissement = None,
    academie: Academie = None,
    since: Since = None,
    everything: Everything = False,
    out: Out = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Tell again what stands: no effect is doubled, versions stay. Needs <SERVICE>_DATABASE_URL of who tells it.

    That is CONVOCATION or SANTORIN_BRIDGE. Exit code 0, 1 when the event of some convocations was not kept, 2 when
    nothing is chosen or the file exists, 4 when the database does not answer.
    """
    kind = _KINDS[what]
    choix = _choix(kind, mission, etablissement, academie, since, everything=everything)
    _replay(kind, choix, out, dry_run=dry_run, as_json=json)


def _choix(
    kind: _Kind,
    mission: UUID | None,
    uai: str | None,
    academie: str | None,
    since: datetime | None,
    *,
    everything: bool,
) -> Any:
    if not everything and (mission, uai, academie, since) == (None, None, None, None):
        fail("dites quoi : --mission, --etablissement, --academie, --since ou --all", code=2)
    return kind.choix(mission=mission, uai=uai, academie=academie, depuis=since.astimezone() if since else None)


def _replay(kind: _Kind, choix: Any, out: Path | None, *, dry_run: bool, as_json: bool) -> None:
    installation = running.find()
    database = installation.database(kind.service)
    if not dry_run and out is None:
        installation.tell_writing(place(database))
    chosen, told = run(_run(kind, database, choix, out, dry_run=dry_run))
    if as_json:
        put_json({"chosen": chosen, "told": told})
    elif dry_run:
        put(f"{chosen} à redire")
    else:
        put(f"{told} redits sur {chosen}" + (f", dans {out}" if out else ""))
    raise typer.Exit(0 if dry_run or told == chosen else 1)


async def _run(kind: _Kind, database: str, choix: Any, out: Path | None, *, dry_run: bool) -> tuple[int, int]:
    chosen = told = 0
    async with connected(database) as connection:
        with progress() as bars, _opened(out) as file:
            bar = bars.add_task("lignes redites", total=None)
            async for page in _pages(kind, connection, choix):
                chosen += len(page)
                if not dry_run:
                    told += _write(kind, page, file) if file else await kind.send(connection, _ids(page))
                bars.update(bar, completed=chosen)
    return chosen, told


async def _pages(kind: _Kind, connection: Connection, choix: Any) -> AsyncIterator[list[Any]]:
    page = await kind.page(connection, choix, None, _PAGE)
    while page:
        yield page
        page = await kind.page(connection, choix, page[-1]["convocation_id"], _PAGE)


@contextmanager
def _opened(out: Path | None) -> Iterator[IO[str] | None]:
    """A new file for the owner's eyes: it holds names; None without one."""
    if out is None:
        yield None
        return
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        fail(f"{out} : {error.strerror}", code=2)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        yield file


def _ids(page: list[Any]) -> list[UUID]:
    return [row["convocation_id"] for row in page]


def _write(kind: _Kind, page: list[Any], file: IO[str]) -> int:
    lines = list(_lines(kind, page))
    file.writelines(f"{line}\n" for line in lines)
    return len(lines)


def _lines(kind: _Kind, page: list[Any]) -> Iterator[str]:
    for row in page:
        ce_type, body, moment = kind.event(row)
        if body is not None:
            key = row["convocation_id"]
            envelope = {
                "specversion": "1.0",
                "id": event_id(key.bytes, row["version"]),
                "type": ce_type,
                "source": kind.source,
                "subject": str(key),
                "time": moment.isoformat(),
                "datacontenttype": "application/json",
                "data": json.loads(body),
            }
            yield json.dumps(envelope, ensure_ascii=False)
