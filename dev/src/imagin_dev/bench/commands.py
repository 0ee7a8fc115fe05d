"""`imagin bench`: measured as ratios to a bare pipeline in the same run, never as absolute times; or as costs."""

from typing import Annotated

import typer

from imagin_dev.bench.suite import every, gate, runs
from imagin_dev.bench.suite.runs import Figures
from imagin_ops.output import put, put_json

app = typer.Typer(help="Benchmarks beside a bare pipeline of the same work, in the same run.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@app.command("main")
def main(
    *,
    closings: Annotated[int, typer.Option(min=1, max=9_990)] = 4_200,
    epreuves: Annotated[int, typer.Option(min=1, max=400)] = 20,
    json: Json = False,
) -> None:
    """Closings → missions visible in convocation's database. Exit code 1 when the ratio is under 0.5."""
    figures = runs.main(closings, epreuves)
    _tell(figures, as_json=json)
    raise typer.Exit(0 if figures["ratio"] >= 0.5 else 1)


@app.command("growth")
def growth(
    *, times: Annotated[int, typer.Option(min=6, max=10, help="The nation so many times.")] = 10, json: Json = False
) -> None:
    """The nation's missions again and again: the last rates beside the first, and the memory of the four services."""
    _tell(runs.growth(times), as_json=json)


@app.command("latency")
def latency(
    *,
    count: Annotated[int, typer.Option(min=100, max=5_000, help="Convocations at each rate.")] = 1_000,
    per_second: Annotated[list[int], typer.Option(min=1, max=500)] = (200, 50),  # type: ignore[assignment]
    json: Json = False,
) -> None:
    """Convoke by HTTP → right on the habilitation topic, at each rate in turn: p50 and p99."""
    _tell(runs.latency(count, per_second), as_json=json)


@app.command("rights")
def rights(
    *,
    count: Annotated[int, typer.Option(min=1_000, max=1_000_000, help="Convocations.")] = 300_000,
    json: Json = False,
) -> None:
    """Convocations that wait on their topic → rights at a plain reader, then as many again, half flips; the check."""
    _tell(runs.rights(count), as_json=json)


@app.command("screens")
def screens(
    *,
    people: Annotated[int, typer.Option(min=1_000, max=2_000_000, help="Size of the directory.")] = 900_000,
    count: Annotated[int, typer.Option(min=100, max=5_000, help="Requests of each kind.")] = 300,
    json: Json = False,
) -> None:
    """Lists and suggestions on every mission of the nation: p50, p95, p99 beside the bare answer of the process."""
    _tell(runs.screens(people, count), as_json=json)


@app.command("mails")
def mails(
    *,
    lycees: Annotated[int, typer.Option(min=1, max=2_500, help="Établissements that convoke everybody.")] = 2_500,
    render: Annotated[bool, typer.Option(help="Every document is new.")] = False,
    json: Json = False,
) -> None:
    """Convocations that wait on their topic → mails with document and calendar, beside a bare sender."""
    _tell(runs.mails(lycees, render=render), as_json=json)


@app.command("documents")
def documents(
    *,
    count: Annotated[int, typer.Option(min=100, max=100_000, help="Documents of each kind.")] = 500,
    json: Json = False,
) -> None:
    """Convocations as PDF, alone and in a stream, beside an empty page."""
    _tell(runs.documents(count), as_json=json)


@app.command("start")
def start(*, json: Json = False) -> None:
    """Until the four services are ready, cold, and what a command costs to start."""
    _tell(runs.start(), as_json=json)


@app.command("capacity")
def capacity(
    *,
    lycees: Annotated[int, typer.Option(min=25, max=2_525, help="Of the nation, through the product itself.")] = 250,
    times: Annotated[list[int], typer.Option(min=1, max=10, help="The nation so many times, by copies.")] = (1, 3, 10),  # type: ignore[assignment]
    json: Json = False,
) -> None:
    """CPU, bytes and blocks of a mission, a convocation, a mail and a page, on so many rows as the nation has."""
    _tell(runs.capacity(lycees, times), as_json=json)


@app.command("all")
def all_(*, json: Json = False) -> None:
    """All but `capacity`, the short ones five times: a table of medians, each with its goal. A quarter of an hour."""
    figures = every.every()
    if json:
        put_json(figures)
    for line in every.lines(figures) if not json else ():
        put(line)


@app.command("gate")
def gate_() -> None:
    """Short benchmarks beside their recorded ratios. Exit code 1 where three of five are 10 % under: what CI runs."""
    raise typer.Exit(0 if gate.holds() else 1)


def _tell(figures: Figures, *, as_json: bool) -> None:
    if as_json:
        put_json(figures)
    for name, value in figures.items() if not as_json else ():
        put(f"{name:12} {value}")
