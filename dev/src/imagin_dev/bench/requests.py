"""How long answers take: one request after the other, the server's own time and no queue."""

import asyncio
from collections.abc import Callable, Sequence
from statistics import quantiles
from time import perf_counter
from typing import Any


async def percentiles(count: int, send: Callable[[int], Any]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds of `count` requests; `send` makes one and returns its answer, if any."""
    times = []
    for number in range(-5, count):  # five to warm up
        seconds = await seconds_of(send, number)
        if number >= 0:
            times.append(seconds)
        await asyncio.sleep(0)
    return summary(times)


async def seconds_of(send: Callable[[int], Any], number: int = 0) -> float:
    """How long one takes."""
    began = perf_counter()
    answer = await send(number)
    if answer is not None:
        answer.raise_for_status()
    return perf_counter() - began


def summary(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds."""
    cuts = quantiles(seconds, n=100)
    return {name: round(cuts[at] * 1000, 1) for name, at in (("p50_ms", 49), ("p95_ms", 94), ("p99_ms", 98))}
