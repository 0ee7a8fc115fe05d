"""`imagin soak`: the product on a cluster, under load and under faults drawn by lot; every promise is counted."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from imagin_dev.soak.run import Outcome, Plan
from imagin_dev.soak.run import soak as run
from imagin_ops.output import fail, progress, put, put_json, say
from testkit.parts.errors import PartError


def soak(
    *,
    brokers: Annotated[int, typer.Option(min=1, max=3, help="Nodes of Kafka.")] = 3,
    replicas: Annotated[int, typer.Option(min=1, max=3, help="Processes of each service.")] = 2,
    minutes: Annotated[float, typer.Option(min=0.1, max=10_000)] = 3.0,
    seed: Annotated[int, typer.Option(help="The same seed draws the same faults.")] = 1,
    every: Annotated[float, typer.Option(min=0, help="Mean seconds between two faults; 0 for none.")] = 3.0,
    per_second: Annotated[float, typer.Option(min=0.1, max=1_000, help="Writes by the API.")] = 10.0,
    data: Annotated[Path | None, typer.Option(help="Keep logs and data in this folder.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Load the product and break it by lot, then count what was lost, doubled or late.

    Each fault is a line of JSON on stderr. Exit code 0 when nothing was, 1 otherwise (logs are kept then).
    """
    plan = Plan(seed, minutes * 60, brokers, replicas, per_second=per_second, every_seconds=every)
    folder = data or Path(tempfile.mkdtemp(prefix=f"imagin-soak-{seed}-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with progress() as bars:
            outcome = asyncio.run(run(plan, folder, bars))
    except (PartError, AssertionError) as error:
        fail(f"{error} ({folder})")
    if json:
        put_json(document(outcome))
    else:
        put(table(outcome))
    if not outcome.holds:
        say(f"journaux : {folder}")
    elif data is None:
        shutil.rmtree(folder, ignore_errors=True)
    raise typer.Exit(0 if outcome.holds else 1)


def document(outcome: Outcome) -> dict[str, Any]:
    """What `--json` prints."""
    plan = {name: getattr(outcome.plan, name) for name in outcome.plan.__slots__}
    return {
        "holds": outcome.holds,
        "plan": plan,
        "findings": [one.as_json() for one in outcome.findings],
        "figures": outcome.figures,
        "stalls": [one.as_json() for one in outcome.stalls],
        "faults": [one.as_json() for one in outcome.faults],
    }


def table(outcome: Outcome) -> str:
    """Markdown."""
    lines = [f"## Soak, seed {outcome.plan.seed}: {'holds' if outcome.holds else 'DOES NOT HOLD'}", ""]
    lines += ["| must be 0 | found |", "|---|---|"]
    lines += [f"| {one.name} | {_cases(one.cases)} |" for one in outcome.findings]
    lines += ["", "| figure | |", "|---|---|"]
    lines += [f"| {name} | {_figure(value)} |" for name, value in outcome.figures.items()]
    if outcome.stalls:
        lines += ["", "| stall | seconds | rights | faults |", "|---|---|---|---|"]
        for one in outcome.stalls:
            faults = "; ".join(f"{each.what} {each.to}" for each in one.faults)
            lines.append(f"| {one.since:%H:%M:%S} | {one.worst:.1f} | {one.rights} | {faults} |")
    return "\n".join(lines)


def _cases(cases: list[str]) -> str:
    return f"{len(cases)}: {'; '.join(cases[:3])}" if cases else "0"


def _figure(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
