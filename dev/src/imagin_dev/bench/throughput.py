"""`imagin bench main`: closings → missions visible in convocation's database, beside the bare pipeline, in one run."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any, NamedTuple

import asyncpg
from aiokafka import AIOKafkaProducer

from imagin_dev.bench import bare
from imagin_dev.bench.pipeline import BarePipeline, cpu_seconds
from imagin_dev.cyclades import closings, inscriptions_file, producer
from imagin_dev.cyclades.inscriptions_file import Closing
from imagin_dev.demo.books import until
from imagin_dev.stack import Stack
from imagin_ops.output import say
from imagin_ops.services import CONVOCATION, MISSION_IMPORT
from testkit.processes import ServiceProcess

_DECLARE = """
INSERT INTO session_declaree (session, libelle, par, le) VALUES ($1, 'bench', 'bench', now()) ON CONFLICT DO NOTHING
"""
_COUNT = "SELECT count(*) FROM mission"
_GUESS_SECONDS = 0.5


async def main(stack: Stack, count: int, epreuves: int) -> dict[str, Any]:
    """Both are up and warm; the clock runs from the first closing sent to the last mission visible."""
    made = inscriptions_file.of_events(closings.synthetic(count + 1, epreuves))
    expected = count * (epreuves + 1)
    say(f"tuyau nu : {expected} missions")
    floor = await _bare(stack, made, epreuves)
    say(f"produit : {expected} missions")
    product = await _product(stack, made, epreuves)
    return {
        "bench": "main",
        "closings": count,
        "missions": expected,
        "bare": _told(floor, expected),
        "product": _told(product, expected),
        "ratio": round(floor.seconds / product.seconds, 3),
        "cpu_ratio": round(floor.own_cpu_seconds() / product.own_cpu_seconds(), 3),
    }


class Measured(NamedTuple):
    """One side; CPU seconds and memory of each of its processes, and the CPU seconds of the parts meanwhile."""

    seconds: float
    cpu_seconds: dict[str, float]
    rss_bytes: dict[str, int]

    def own_cpu_seconds(self) -> float:
        return sum(self.cpu_seconds[name] for name in self.rss_bytes)


def _told(one: Measured, missions: int) -> dict[str, Any]:
    return {
        "seconds": round(one.seconds, 2),
        "missions_per_second": round(missions / one.seconds),
        "cpu_seconds": {name: round(seconds, 2) for name, seconds in one.cpu_seconds.items()},
        "rss_mb": {name: round(number / 1e6, 1) for name, number in one.rss_bytes.items()},
    }


async def _bare(stack: Stack, made: list[Closing], epreuves: int) -> Measured:
    pipeline = BarePipeline(stack)
    await pipeline.start("importer", "reader")
    try:
        connection = await asyncpg.connect(pipeline.databases["reader"])
        try:
            return await _measure(connection, made, epreuves, lambda some: _send_bare(stack, some), pipeline.nodes)
        finally:
            await connection.close()
    finally:
        await pipeline.stop()


async def _send_bare(stack: Stack, made: list[Closing]) -> None:
    kafka = AIOKafkaProducer(**stack.kafka_connection, enable_idempotence=True, linger_ms=5)
    await kafka.start()
    try:
        await asyncio.gather(*[await kafka.send(bare.CLOSINGS, one.data, key=one.uai.encode()) for one in made])
    finally:
        await kafka.stop()


async def _product(stack: Stack, made: list[Closing], epreuves: int) -> Measured:
    services = {service.name: stack.services[service.name] for service in (MISSION_IMPORT, CONVOCATION)}
    connection = await asyncpg.connect(stack.databases[CONVOCATION.name])

    async def send(some: list[Closing]) -> None:
        await producer.send(stack.kafka_connection, some, lambda _: None)

    try:
        await declare(connection, made)
        return await _measure(connection, made, epreuves, send, services)
    finally:
        await connection.close()


async def declare(connection: asyncpg.Connection, made: list[Closing]) -> None:
    """The sessions of these closings, as the administrateur does."""
    await connection.executemany(_DECLARE, [(one,) for one in sorted({each.state.session for each in made})])


async def _measure(
    connection: asyncpg.Connection,
    made: list[Closing],
    epreuves: int,
    send: Callable[[list[Closing]], Awaitable[None]],
    processes: Mapping[str, ServiceProcess],
) -> Measured:
    await send(made[:1])
    await _until_visible(connection, epreuves + 1)
    before = cpu_seconds(processes)
    started = perf_counter()
    await send(made[1:])
    await _until_visible(connection, len(made) * (epreuves + 1))
    return Measured(
        perf_counter() - started,
        {name: seconds - before[name] for name, seconds in cpu_seconds(processes).items()},
        {name: one.rss_bytes() for name, one in processes.items()},
    )


async def _until_visible(connection: Any, count: int) -> None:
    """Counts after half the time that is left by its guess: counting takes PostgreSQL's time, which is measured."""
    before, began = int(await connection.fetchval(_COUNT)), perf_counter()

    async def visible() -> int:
        found = int(await connection.fetchval(_COUNT))
        left = (count - found) * (perf_counter() - began) / max(1, found - before)
        await asyncio.sleep(min(left / 2, _GUESS_SECONDS))
        return found

    await until(visible, count, lambda _: None)
