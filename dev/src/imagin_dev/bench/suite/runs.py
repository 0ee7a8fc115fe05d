"""Each benchmark with the stack that it needs: its figures, ready to be told. `commands` and `every` call them."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from imagin_dev.bench import documents as documents_
from imagin_dev.bench import growth as growth_
from imagin_dev.bench import latency as latency_
from imagin_dev.bench import rights as rights_
from imagin_dev.bench import screens as screens_
from imagin_dev.bench import starting as starting_
from imagin_dev.bench import throughput
from imagin_dev.bench.capacity import run as capacity_
from imagin_dev.bench.mailing import run as mails_
from imagin_dev.stack import Stack
from imagin_ops.output import say
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE, SERVICES, ServiceSpec

Figures = dict[str, Any]


def main(closings: int, epreuves: int) -> Figures:
    return _with_stack((MISSION_IMPORT, CONVOCATION), lambda stack: throughput.main(stack, closings, epreuves))


def growth(times: int) -> Figures:
    return _with_stack(SERVICES, lambda stack: growth_.growth(stack, times))


def latency(count: int, rates: Sequence[int]) -> Figures:
    services = (MISSION_IMPORT, CONVOCATION, SANTORIN_BRIDGE)
    return _with_stack(services, lambda stack: latency_.latency(stack, count, rates))


def rights(count: int, *, read: bool = True) -> Figures:
    unlimited = {"API_REQUESTS_PER_SECOND": "10000", "API_REQUESTS_BURST": "100000"}
    settings = {f"{SANTORIN_BRIDGE.prefix}{name}": value for name, value in unlimited.items()}
    return _with_stack((SANTORIN_BRIDGE,), lambda stack: rights_.rights(stack, count, read=read), settings)


def screens(people: int, count: int) -> Figures:
    rates = {f"{CONVOCATION.prefix}SEARCH_{name}": "10000" for name in ("PER_SECOND", "BURST")}
    rates[f"{CONVOCATION.prefix}PEOPLE_PER_HOUR"] = "1000000"
    return _with_stack((MISSION_IMPORT, CONVOCATION), lambda stack: screens_.screens(stack, people, count), rates)


def mails(lycees: int, *, render: bool) -> Figures:
    given = mails_.settings()
    return _with_stack(SERVICES, lambda stack: mails_.mails(stack, given, lycees, render=render), given)


def documents(count: int) -> Figures:
    return asyncio.run(documents_.documents(count))


def start() -> Figures:
    return _with_stack(SERVICES, starting_.starting)


def capacity(lycees: int, times: list[int]) -> Figures:
    given, rates = mails_.settings(), product(("SEARCH", "DOCUMENT", "STRANGER"), ("PER_SECOND", "BURST"))
    given |= {f"{CONVOCATION.prefix}{what}_{name}": "10000" for what, name in rates}
    given |= {f"{CONVOCATION.prefix}PEOPLE_PER_HOUR": "1000000", f"{SANTORIN_BRIDGE.prefix}API_REQUESTS_BURST": "10000"}
    port = int(given[f"{NOTIFIER.prefix}SMTP_URL"].rpartition(":")[2])
    return _with_stack(SERVICES, lambda stack: capacity_.capacity(stack, port, lycees, times), given)


def _with_stack(
    services: tuple[ServiceSpec, ...],
    work: Callable[[Stack], Awaitable[Figures]],
    settings: Mapping[str, str] | None = None,
) -> Figures:
    async def run(folder: Path) -> Figures:
        async with Stack(folder, say=say, given=False, services=services, settings=settings) as stack:
            return await work(stack)

    folder = Path(tempfile.mkdtemp(prefix="imagin-bench-"))
    try:
        return asyncio.run(run(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
