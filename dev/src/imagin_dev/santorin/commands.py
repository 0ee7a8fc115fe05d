"""`imagin simulate santorin`: answers the rights of a running installation."""

import asyncio
import contextlib
from typing import Annotated

import typer

from imagin_dev.santorin.simulator import Behaviour, Santorin
from imagin_ops import running
from imagin_ops.output import progress, put, put_json, say


def santorin(
    *,
    refuse: Annotated[int, typer.Option(min=0, max=100, help="Percent of people refused, always the same ones.")] = 0,
    delay: Annotated[float, typer.Option(min=0, max=3_600, help="Seconds before each batch of answers.")] = 0.0,
    away: Annotated[float, typer.Option(min=0, help="Seconds before it reads anything at all.")] = 0.0,
    until_idle: Annotated[
        float | None, typer.Option(min=0.5, help="Stop after so many seconds without a new right.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The counts as one JSON document at the end.")] = False,
) -> None:
    """Read the rights from the first one on and answer each; until Ctrl-C, or until it is idle. Exit code 0."""
    installation = running.find()
    simulator = Santorin(installation.kafka, Behaviour(refuse, delay))
    installation.tell_writing(f"Kafka {installation.bootstrap}")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_play(simulator, away, until_idle))
    counts = simulator.summary()
    if json:
        put_json(counts)
    for name, count in counts.items() if not json else ():
        put(f"{name:10} {count}")


async def _play(simulator: Santorin, away: float, until_idle: float | None) -> None:
    if away:
        say(f"SANTORIN est absent pendant {away:g} s")
        await asyncio.sleep(away)
    with progress() as bars:
        bar = bars.add_task("droits lus par SANTORIN", total=None)
        await simulator.run(lambda done: bars.update(bar, completed=done), until_idle_seconds=until_idle)
