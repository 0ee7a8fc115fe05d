"""`imagin console` and `imagin watch`: the flow on a page and in the terminal."""

import asyncio
import contextlib
import sys

import typer
from rich.console import Console
from rich.live import Live

from chassis.given import Misconfigured
from chassis.settings import load
from imagin_ops import running
from imagin_ops.connections import run
from imagin_ops.console.app import serve
from imagin_ops.console.flow import Flow
from imagin_ops.console.settings import ConsoleSettings
from imagin_ops.console.sources import LOOK_SECONDS
from imagin_ops.console.terminal import drawn
from imagin_ops.console.watching import Watch, source_of
from imagin_ops.output import fail, say

_WIDE = 160


def console() -> None:
    """Serve the console at CONSOLE_HTTP_HOST and CONSOLE_HTTP_PORT, until Ctrl-C.

    Reads Prometheus where IMAGIN_PROMETHEUS_URL names one, else the processes that <SERVICE>_OPS_URL names. Exit code 2
    where settings are missing or wrong.
    """
    try:
        settings = load(ConsoleSettings)
    except Misconfigured as error:
        fail("\n  ".join(error.sentences), code=2)
    watch = Watch(source_of(running.find()))
    say(f"console : http://{settings.http_host}:{settings.http_port}")
    asyncio.run(serve(watch, settings))


def watch() -> None:
    """Show the flow, renewed every two seconds, until Ctrl-C; once where stdout is no terminal.

    Reads what `console` reads. Exit code 0, or 1 where something is critical at the end.
    """
    seen = Watch(source_of(running.find()))
    with contextlib.suppress(KeyboardInterrupt):
        run(_live(seen) if sys.stdout.isatty() else _once(seen))
    raise typer.Exit(1 if seen.flow.critical else 0)


async def _live(seen: Watch) -> None:
    screen = Console(markup=False, emoji=False)  # a label of a metric is no markup
    with Live(drawn(seen.flow, screen.width), console=screen, auto_refresh=False, screen=True) as live:
        while True:
            live.update(drawn(await seen.look(), screen.width), refresh=True)
            await asyncio.sleep(LOOK_SECONDS)


async def _once(seen: Watch) -> Flow:
    """Two looks: a rate needs both."""
    await seen.look()
    await asyncio.sleep(LOOK_SECONDS)
    found = await seen.look()
    Console(width=_WIDE, markup=False, emoji=False).print(drawn(found, _WIDE))
    await seen.close()
    return found
