"""`imagin bench growth`: one nation's missions after the other into the same databases, and what four services hold."""

from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import asyncpg

from imagin_dev.bench.throughput import declare
from imagin_dev.cyclades import closings, inscriptions_file, producer
from imagin_dev.demo.books import until
from imagin_dev.stack import Stack
from imagin_ops.output import say
from imagin_ops.services import CONVOCATION
from testkit.processes import ServiceProcess

_EPREUVES = 20
_CLOSINGS = 990
"""With the numérisation 20,790 missions; the nation's first session has 20,802."""
_FEW = 3


async def growth(stack: Stack, times: int) -> dict[str, Any]:
    """Missions a second of each of `times` nations, from its first closing sent to its last mission visible.

    `ratio`: the last three beside the first three. `anonymous_mb`: what each service holds after the first nation.
    """
    made = inscriptions_file.of_events(closings.synthetic(times * _CLOSINGS + 1, _EPREUVES))
    connection = await asyncpg.connect(stack.databases[CONVOCATION.name])
    rates: list[int] = []
    held: dict[str, float] = {}
    try:
        await declare(connection, made)

        async def measure(start: int, end: int) -> float:
            began = perf_counter()
            await producer.send(stack.kafka_connection, made[start:end], lambda _: None)
            first, last = made[start].uai, made[end - 1].uai
            await until(lambda: _visible(connection, first, last), (end - start) * (_EPREUVES + 1), lambda _: None)
            return perf_counter() - began

        await measure(0, 1)
        for nation in range(times):
            say(f"nation {nation + 1} / {times}")
            start = nation * _CLOSINGS + 1
            seconds = await measure(start, start + _CLOSINGS)
            rates.append(round(_CLOSINGS * (_EPREUVES + 1) / seconds))
            held = held or {name: _anonymous_mb(process) for name, process in stack.services.items()}
    finally:
        await connection.close()
    return {
        "bench": "growth",
        "missions_per_second": rates,
        "ratio": round(median(rates[-_FEW:]) / median(rates[:_FEW]), 3),
        "anonymous_mb": held | {"together": round(sum(held.values()), 1)},
    }


async def _visible(connection: asyncpg.Connection, first: str, last: str) -> int:
    """Of one nation alone: to count all would take longer with each."""
    return int(await connection.fetchval("SELECT count(*) FROM mission WHERE uai BETWEEN $1 AND $2", first, last))


def _anonymous_mb(process: ServiceProcess) -> float:
    """Without the pages of libraries, which all processes share."""
    for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Anonymous:"):
            return round(int(line.split()[1]) * 1024 / 1e6, 1)
    raise AssertionError("the kernel does not say it")
