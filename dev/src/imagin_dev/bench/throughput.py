"""`imagin bench main`: closings → missions visible in convocation's database, beside the bare pipeline, in one run."""

import asyncio
from time import perf_counter
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer

from imagin_dev.bench import bare
from imagin_dev.bench.pipeline import BarePipeline
from imagin_dev.cyclades import closings, inscriptions_file, producer
from imagin_dev.cyclades.inscriptions_file import Closing
from imagin_dev.demo.books import until
from imagin_dev.stack import Stack
from imagin_ops.output import say
from imagin_ops.services import CONVOCATION, MISSION_IMPORT

_DECLARE = """
INSERT INTO session_declaree (session, libelle, par, le) VALUES ($1, 'bench', 'bench', now()) ON CONFLICT DO NOTHING
"""


async def main(stack: Stack, count: int, epreuves: int) -> dict[str, Any]:
    """Both are up and warm; the clock runs from the first closing sent to the last mission visible."""
    made = inscriptions_file.of_events(closings.synthetic(count + 1, epreuves))
    expected = count * (epreuves + 1)
    say(f"tuyau nu : {expected} missions")
    bare_seconds, bare_memory = await _bare(stack, made, epreuves)
    say(f"produit : {expected} missions")
    product_seconds = await _product(stack, made, epreuves)
    services = {service.name: stack.services[service.name] for service in (MISSION_IMPORT, CONVOCATION)}
    return {
        "bench": "main",
        "closings": count,
        "missions": expected,
        "bare": {
            "seconds": round(bare_seconds, 2),
            "missions_per_second": round(expected / bare_seconds),
            "rss_mb": bare_memory,
        },
        "product": {
            "seconds": round(product_seconds, 2),
            "missions_per_second": round(expected / product_seconds),
            "rss_mb": {name: _megabytes(process.rss_bytes()) for name, process in services.items()},
        },
        "ratio": round(bare_seconds / product_seconds, 3),
    }


def _megabytes(number: int) -> float:
    return round(number / 1e6, 1)


async def _bare(stack: Stack, made: list[Closing], epreuves: int) -> tuple[float, dict[str, float]]:
    pipeline = BarePipeline(stack)
    await pipeline.start("importer", "reader")
    try:
        connection = await asyncpg.connect(pipeline.databases["reader"])
        seconds = await _measure(connection, made, epreuves, lambda some: _send_bare(stack, some))
        memory = {name: _megabytes(node.rss_bytes()) for name, node in pipeline.nodes.items()}
        await connection.close()
    finally:
        await pipeline.stop()
    return seconds, memory


async def _send_bare(stack: Stack, made: list[Closing]) -> None:
    kafka = AIOKafkaProducer(**stack.kafka_connection, enable_idempotence=True, linger_ms=5)
    await kafka.start()
    try:
        await asyncio.gather(*[await kafka.send(bare.CLOSINGS, one.data, key=one.uai.encode()) for one in made])
    finally:
        await kafka.stop()


async def _product(stack: Stack, made: list[Closing], epreuves: int) -> float:
    connection = await asyncpg.connect(stack.databases[CONVOCATION.name])
    try:
        await declare(connection, made)
        return await _measure(
            connection, made, epreuves, lambda some: producer.send(stack.kafka_connection, some, lambda _: None)
        )
    finally:
        await connection.close()


async def declare(connection: asyncpg.Connection, made: list[Closing]) -> None:
    """The sessions of these closings, as the administrateur does."""
    await connection.executemany(_DECLARE, [(one,) for one in sorted({each.state.session for each in made})])


async def _measure(connection: Any, made: list[Closing], epreuves: int, send: Any) -> float:
    await send(made[:1])
    await _until_visible(connection, epreuves + 1)
    started = perf_counter()
    await send(made[1:])
    await _until_visible(connection, len(made) * (epreuves + 1))
    return perf_counter() - started


async def _until_visible(connection: Any, count: int) -> None:
    async def visible() -> int:
        return int(await connection.fetchval("SELECT count(*) FROM mission"))

    await until(visible, count, lambda _: None)
