"""`imagin audit`: the acts of people, out of a service's database, for who has to keep or to examine them."""

import json as json_text
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from acces import audit, sceaux
from acces.sceaux import Constat
from imagin_ops import running
from imagin_ops.connections import connected, run
from imagin_ops.output import fail, progress, put, put_json, say
from imagin_ops.services import chosen

app = typer.Typer(help="Who did what, when and why.", no_args_is_help=True)
_WHERE = "WHERE ($1::timestamptz IS NULL OR le >= $1) AND ($2::timestamptz IS NULL OR le < $2)"
_COUNT = f"SELECT count(*) FROM audit {_WHERE}"
_AT_ONCE = 1_000

Service = Annotated[str | None, typer.Option(help="Of one service only.")]
Since = Annotated[datetime | None, typer.Option(help="Acts at that time or later, local time of this machine.")]
Until = Annotated[datetime | None, typer.Option(help="Acts before that time, local time of this machine.")]

Noted = Annotated[Path | None, typer.Option(help="Seals kept elsewhere: lines of JSON with service, jour, chaine.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@app.command()
def export(*, service: Service = None, since: Since = None, until: Until = None) -> None:
    """Acts as JSON Lines on stdout, in the order in which each service wrote them: personal data, keep it accordingly.

    Each line has the `service` and the act (R54, R55), in clear; of a person who was forgotten nothing is left
    (`oublie`). An export reads one moment: what is written meanwhile is in the next one.
    Needs <SERVICE>_DATABASE_URL. Exit code 0, 4 when a database does not answer.
    """
    bounds = since.astimezone() if since else None, until.astimezone() if until else None
    databases = running.find().databases_of(chosen(service))
    for name, url in databases.items():
        run(_export(name, url, bounds))


async def _export(service: str, url: str, bounds: tuple[datetime | None, datetime | None]) -> None:
    async with connected(url) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        total = await connection.fetchval(_COUNT, *bounds)
        with progress() as bars:
            bar, after = bars.add_task(service, total=total), 0
            while rows := await audit.acts(connection, bounds, after, _AT_ONCE):
                for row in rows:
                    line = {"service": service} | row.entier | {"oublie": row.oublie}
                    sys.stdout.write(json_text.dumps(line, ensure_ascii=False, default=_iso) + "\n")
                after = rows[-1].id
                bars.advance(bar, len(rows))
    sys.stdout.flush()
    say(f"{service} : {total} actes")


def _iso(moment: datetime) -> str:
    return moment.isoformat()


@app.command()
def verify(*, service: Service = None, noted: Noted = None, json: Json = False) -> None:
    """Read every sealed day of the audit again: is an act changed, gone or added since, and which day?

    Days are sealed by the services, the night after. Whoever may write a whole database may write its seals too: keep
    the services' lines `audit.sealed`, or what --json says of the last day, elsewhere, and give them with --noted.
    Needs <SERVICE>_DATABASE_URL. Exit code 0, 1 when something is not as it was sealed, 2 when the file cannot be read,
    4 when a database does not answer.
    """
    databases = running.find().databases_of(chosen(service))
    known = _noted(noted) if noted else {}
    found = {name: run(_verify(url, known.get(name, {}))) for name, url in databases.items()}
    if json:
        put_json({name: asdict(one) for name, one in found.items()})
    for name, one in found.items() if not json else ():
        put(f"{name} : {_sentence(one)}")
        for jour, what in one.ecarts:
            put(f"    {jour} : {what}")
    raise typer.Exit(1 if any(one.ecarts for one in found.values()) else 0)


async def _verify(url: str, known: dict[date, str]) -> Constat:
    async with connected(url) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("SET LOCAL statement_timeout = 0")
        return await sceaux.verify(connection, known)


def _noted(file: Path) -> dict[str, dict[date, str]]:
    """Chains by service and day, out of lines of JSON that have all three; other lines of a log are passed over."""
    found: dict[str, dict[date, str]] = {}
    try:
        for line in _objects(file):
            if {"service", "jour", "chaine"} <= line.keys():
                found.setdefault(line["service"], {})[date.fromisoformat(line["jour"])] = line["chaine"]
    except (OSError, ValueError) as error:
        fail(f"{file} : {type(error).__name__}", code=2)
    return found


def _objects(file: Path) -> Iterator[dict[str, str]]:
    for text in file.read_text(encoding="utf-8").splitlines():
        if text.startswith("{"):
            yield json_text.loads(text)


def _sentence(one: Constat) -> str:
    if one.dernier is None:
        return f"aucun jour scellé, {one.non_scelles} acte(s)"
    purged = f", {one.purges} purgé(s)" if one.purges else ""
    verdict = "tout est comme scellé" if not one.ecarts else f"{len(one.ecarts)} ÉCART(S)"
    return (
        f"{verdict} ; {one.jours} jour(s) jusqu’au {one.dernier}, {one.actes} acte(s){purged} ; "
        f"{one.non_scelles} acte(s) pas encore scellé(s)"
    )
