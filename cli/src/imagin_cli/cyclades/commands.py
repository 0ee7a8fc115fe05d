"""`imagin simulate cyclades`: makes closings of any size."""

import sys
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from imagin_cli.cyclades import closings
from imagin_cli.cyclades.sample import ACADEMIE
from imagin_cli.output import fail, progress, say


def cyclades(
    *,
    academie: Annotated[str, typer.Option(help="Two digits.")] = ACADEMIE,
    national: Annotated[bool, typer.Option("--national", help="Every lycée of the file.")] = False,
    session: Annotated[str, typer.Option(help=" or ".join(closings.SESSIONS))] = closings.SESSIONS[0],
    revision: Annotated[int, typer.Option(min=1)] = 1,
    count: Annotated[int, typer.Option(help="Invented établissements instead of real ones.", min=0, max=9_999)] = 0,
    epreuves: Annotated[int, typer.Option(help="Épreuves of each invented one.", min=1, max=400)] = 20,
    out: Annotated[Path | None, typer.Option(help="File to write; stdout without it.")] = None,
) -> None:
    """Write closings as JSON Lines, always the same ones. Exit code 2 for an unknown académie or session."""
    if session not in closings.SESSIONS:
        fail(f"session inconnue : {session} (attendu : {', '.join(closings.SESSIONS)})", code=2)
    if count:
        events = closings.synthetic(count, epreuves)
    else:
        events = closings.closings(session, None if national else academie, revision=revision)
    first = next(events, None)
    if first is None:
        fail(f"académie inconnue : {academie}", code=2)
    with out.open("w", encoding="utf-8") if out else sys.stdout as file, progress() as bars:
        bar = bars.add_task("clôtures", total=None)
        written = 0
        for event in chain([first], events):
            file.write(closings.line(event))
            written += 1
            bars.update(bar, completed=written)
    say(f"{written} clôtures")
