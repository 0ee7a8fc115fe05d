"""`imagin bench start`: until the four services are ready, on a Kafka and a PostgreSQL that are; and the command."""

import asyncio
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import psutil

from imagin_dev.stack import Stack
from imagin_ops.output import say
from imagin_ops.services import SERVICES

_TIMES = 5


async def starting(stack: Stack) -> dict[str, Any]:
    """Seconds, the median of five: of the services, of `imagin status` as a whole, and of its help with its CPU."""
    say("démarrage des quatre services …")
    services = [await _services(stack) for _ in range(_TIMES)]
    say("imagin status …")
    environment = stack.operator_environment()
    status = [await _command(environment, "status") for _ in range(_TIMES)]
    shown = [await _command(environment, "status", "--help") for _ in range(_TIMES)]
    bare = [await _command(environment) for _ in range(_TIMES)]
    return {
        "bench": "start",
        "services_seconds": round(median(services), 2),
        "status_seconds": round(median(took for took, _ in status), 2),
        "status_help_seconds": round(median(took for took, _ in shown), 2),
        "status_help_cpu_seconds": round(median(cpu for _, cpu in shown), 2),
        "bare": {"python_cpu_seconds": round(median(cpu for _, cpu in bare), 2)},
    }


async def _services(stack: Stack) -> float:
    """Of all four together, each a new process."""
    await asyncio.gather(*(asyncio.to_thread(process.terminate) for process in stack.services.values()))
    began = perf_counter()
    await stack.start_services(*SERVICES)
    return perf_counter() - began


async def _command(environment: dict[str, str], *words: str) -> tuple[float, float]:
    """Wall and CPU seconds of an `imagin` command; without words of the interpreter alone."""
    command = [str(Path(sys.executable).with_name("imagin")), *words] if words else [sys.executable, "-c", ""]
    before, began = _cpu_of_children(), perf_counter()
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    await process.wait()
    return perf_counter() - began, _cpu_of_children() - before


def _cpu_of_children() -> float:
    """Of those that have ended."""
    times = psutil.Process().cpu_times()
    return float(times.children_user + times.children_system)
