"""`imagin bench`: measured as ratios to a bare pipeline in the same run, never as absolute times; or as costs."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import typer

from imagin_dev.bench import mails
from imagin_dev.bench.capacity.run import capacity
from imagin_dev.bench.documents import documents
from imagin_dev.bench.latency import latency
from imagin_dev.bench.rights import rights
from imagin_dev.bench.screens import screens
from imagin_dev.bench.throughput import main
from imagin_dev.stack import Stack
from imagin_ops.output import put, put_json, say
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE, SERVICES, ServiceSpec

app = typer.Typer(help="Benchmarks beside a bare pipeline of the same work, in the same run.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@app.command("main")
def main_(
    *,
    closings: Annotated[int, typer.Option(min=1, max=9_990)] = 4_200,
    epreuves: Annotated[int, typer.Option(min=1, max=400)] = 20,
    json: Json = False,
) -> None:
    """Closings → missions visible in convocation's database. Exit code 1 when the ratio is under 0.5."""
    services = (MISSION_IMPORT, CONVOCATION)
    figures = _with_stack(services, lambda stack: main(stack, closings, epreuves))
    _tell(figures, as_json=json)
    raise typer.Exit(0 if figures["ratio"] >= 0.5 else 1)


@app.command("latency")
def latency_(
    *,
    count: Annotated[int, typer.Option(min=100, max=5_000)] = 1_000,
    per_second: Annotated[int, typer.Option(min=1, max=500)] = 50,
    json: Json = False,
) -> None:
    """Convoke by HTTP → right on the habilitation topic: p50 and p99."""
    services = (MISSION_IMPORT, CONVOCATION, SANTORIN_BRIDGE)
    _tell(_with_stack(services, lambda stack: latency(stack, count, per_second)), as_json=json)


@app.command("rights")
def rights_(
    *,
    count: Annotated[int, typer.Option(min=1_000, max=1_000_000, help="Convocations.")] = 300_000,
    json: Json = False,
) -> None:
    """Convocations that wait on their topic → rights at a plain reader, then as many again, half flips; the check."""
    unlimited = {"API_REQUESTS_PER_SECOND": "10000", "API_REQUESTS_BURST": "100000"}
    settings = {f"{SANTORIN_BRIDGE.prefix}{name}": value for name, value in unlimited.items()}
    _tell(_with_stack((SANTORIN_BRIDGE,), lambda stack: rights(stack, count), settings), as_json=json)


@app.command("screens")
def screens_(
    *,
    people: Annotated[int, typer.Option(min=1_000, max=2_000_000, help="Size of the directory.")] = 900_000,
    count: Annotated[int, typer.Option(min=100, max=5_000, help="Requests of each kind.")] = 300,
    json: Json = False,
) -> None:
    """Lists and suggestions on every mission of the nation: p50, p95, p99 beside the bare answer of the process."""
    services = (MISSION_IMPORT, CONVOCATION)
    rates = {f"{CONVOCATION.prefix}SEARCH_{name}": "10000" for name in ("PER_SECOND", "BURST")}
    rates[f"{CONVOCATION.prefix}PEOPLE_PER_HOUR"] = "1000000"
    _tell(_with_stack(services, lambda stack: screens(stack, people, count), rates), as_json=json)


@app.command("mails")
def mails_(
    *,
    lycees: Annotated[int, typer.Option(min=1, max=2_500, help="Établissements that convoke everybody.")] = 2_500,
    render: Annotated[bool, typer.Option(help="Every document is new.")] = False,
    json: Json = False,
) -> None:
    """Convocations that wait on their topic → mails with document and calendar, beside a bare sender."""
    given = mails.settings()
    _tell(_with_stack(SERVICES, lambda stack: mails.mails(stack, given, lycees, render=render), given), as_json=json)


@app.command("documents")
def documents_(
    *,
    count: Annotated[int, typer.Option(min=100, max=100_000, help="Documents of each kind.")] = 500,
    json: Json = False,
) -> None:
    """Convocations as PDF, alone and in a stream, beside an empty page."""
    _tell(asyncio.run(documents(count)), as_json=json)


@app.command("capacity")
def capacity_(
    *,
    lycees: Annotated[int, typer.Option(min=25, max=2_525, help="Of the nation, through the product itself.")] = 250,
    times: Annotated[list[int], typer.Option(min=1, max=10, help="The nation so many times, by copies.")] = (1, 3, 10),  # type: ignore[assignment]
    json: Json = False,
) -> None:
    """CPU, bytes and blocks of a mission, a convocation, a mail and a page, on so many rows as the nation has."""
    given, rates = mails.settings(), product(("SEARCH", "DOCUMENT", "STRANGER"), ("PER_SECOND", "BURST"))
    given |= {f"{CONVOCATION.prefix}{what}_{name}": "10000" for what, name in rates}
    given |= {f"{CONVOCATION.prefix}PEOPLE_PER_HOUR": "1000000", f"{SANTORIN_BRIDGE.prefix}API_REQUESTS_BURST": "10000"}
    port = int(given[f"{NOTIFIER.prefix}SMTP_URL"].rpartition(":")[2])
    _tell(_with_stack(SERVICES, lambda stack: capacity(stack, port, lycees, times), given), as_json=json)


def _with_stack(
    services: tuple[ServiceSpec, ...],
    work: Callable[[Stack], Awaitable[dict[str, Any]]],
    settings: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    async def run(folder: Path) -> dict[str, Any]:
        async with Stack(folder, say=say, given=False, services=services, settings=settings) as stack:
            return await work(stack)

    folder = Path(tempfile.mkdtemp(prefix="imagin-bench-"))
    try:
        return asyncio.run(run(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tell(figures: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        put_json(figures)
    for name, value in figures.items() if not as_json else ():
        put(f"{name:12} {value}")
