"""How long answers take: one request after the other, the server's own time and no queue."""

import asyncio
from collections.abc import Callable
from statistics import quantiles
from time import perf_counter
from typing import Any


async def percentiles(count: int, send: Callable[[int], Any]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds of `count` requests; `send` makes one and returns its answer, if any."""
    times = []
    for number in range(-5, count):  # five to warm up
        began = perf_counter()
        answer = await send(number)
        if answer is not None:
            answer.raise_for_status()
        if number >= 0:
            times.append(perf_counter() - began)
        await asyncio.sleep(0)
    cuts = quantiles(times, n=100)
    return {name: round(cuts[at] * 1000, 1) for name, at in (("p50_ms", 49), ("p95_ms", 94), ("p99_ms", 98))}
