"""`imagin audit`: the acts of people, out of a service's database, for who has to keep or to examine them."""

import json
import sys
from datetime import datetime
from typing import Annotated

import typer

from imagin_ops import running
from imagin_ops.connections import connected, run
from imagin_ops.output import progress, say
from imagin_ops.services import chosen

app = typer.Typer(help="Who did what, when and why.", no_args_is_help=True)
_WHERE = "WHERE ($1::timestamptz IS NULL OR le >= $1) AND ($2::timestamptz IS NULL OR le < $2)"
_ACTS = f"SELECT row_to_json(audit)::text FROM audit {_WHERE} ORDER BY id"
_COUNT = f"SELECT count(*) FROM audit {_WHERE}"
_AT_ONCE = 1_000

Service = Annotated[str | None, typer.Option(help="Of one service only.")]
Since = Annotated[datetime | None, typer.Option(help="Acts at that time or later, local time of this machine.")]
Until = Annotated[datetime | None, typer.Option(help="Acts before that time, local time of this machine.")]


@app.command()
def export(*, service: Service = None, since: Since = None, until: Until = None) -> None:
    """Acts as JSON Lines on stdout, in the order in which each service wrote them: personal data, keep it accordingly.

    Each line has the `service` and the columns of its table `audit` (R54, R55). An export reads one moment: what is
    written meanwhile is in the next one. Needs <SERVICE>_DATABASE_URL. Exit code 0, 4 when a database does not answer.
    """
    bounds = tuple(one.astimezone() if one else None for one in (since, until))
    databases = running.find().databases_of(chosen(service))
    for name, url in databases.items():
        run(_export(name, url, bounds))


async def _export(service: str, url: str, bounds: tuple[datetime | None, ...]) -> None:
    async with connected(url) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        total = await connection.fetchval(_COUNT, *bounds)
        with progress() as bars:
            bar = bars.add_task(service, total=total)
            async for row in connection.cursor(_ACTS, *bounds, prefetch=_AT_ONCE):
                sys.stdout.write(json.dumps({"service": service} | json.loads(row[0]), ensure_ascii=False) + "\n")
                bars.advance(bar)
    sys.stdout.flush()
    say(f"{service} : {total} actes")
