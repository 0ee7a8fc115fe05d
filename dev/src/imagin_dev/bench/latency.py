"""`imagin bench latency`: convoke by HTTP → right on the habilitation topic, steadily, beside the bare floor."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from statistics import quantiles
from time import perf_counter, process_time
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx2
from aiokafka import AIOKafkaConsumer

from event_schemas.catalogue import HABILITATION
from event_schemas.identities import convocation_id
from imagin_dev.bench import bare
from imagin_dev.bench.pipeline import BarePipeline, cpu_seconds
from imagin_dev.cyclades import sample
from imagin_dev.demo import scenario
from imagin_dev.demo.accounts import People, chef
from imagin_dev.stack import Stack
from imagin_ops.output import say
from testkit.processes import ServiceProcess

Send = Callable[[], Coroutine[Any, Any, None]]
Figures = dict[str, Any]


async def latency(stack: Stack, count: int, per_second: int) -> Figures:
    """p50 and p99 in milliseconds, from the request's start to the record's arrival at a plain reader.

    Beside them the CPU of each process by convocation.
    """
    say(f"tuyau nu : {count} écritures à {per_second} par seconde")
    floor = await _bare(stack, count, per_second)
    say(f"produit : {count} convocations à {per_second} par seconde")
    product = await _product(stack, count, per_second)
    ratio = round(floor["p50_ms"] / product["p50_ms"], 3)
    return {
        "bench": "latency",
        "count": count,
        "per_second": per_second,
        "bare": floor,
        "product": product,
        "ratio_p50": ratio,
    }


async def _bare(stack: Stack, count: int, per_second: int) -> Figures:
    pipeline = BarePipeline(stack)
    await pipeline.start("writer", "bridge")
    try:
        async with httpx2.AsyncClient(base_url=pipeline.nodes["writer"].url, trust_env=False) as http:
            sends = {str(uuid5(NAMESPACE_URL, f"/{n}")).encode(): _post(http, f"/{n}") for n in range(count)}
            return await _measure(stack, bare.RIGHTS, sends, per_second, pipeline.nodes)
    finally:
        await pipeline.stop()


def _post(http: httpx2.AsyncClient, path: str) -> Send:
    async def send() -> None:
        (await http.post(path)).raise_for_status()

    return send


async def _product(stack: Stack, count: int, per_second: int) -> Figures:
    people = await _load(stack)
    day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    async with scenario.client(stack) as http:
        sends: dict[bytes, Send] = {}
        async for mission, numero, api in _to_convoke(stack, http, people):
            key = str(convocation_id(UUID(mission), numero)).encode()
            sends[key] = _convoke(api, mission, numero, day)
            if len(sends) == count:
                break
        return await _measure(stack, HABILITATION, sends, per_second, stack.services)


async def _load(stack: Stack) -> People:
    """The sample's missions, its people and the open service."""
    closings = sample.closings()
    await scenario.close_registration(stack, closings)
    people = People.of(closings)
    await scenario.prepare(stack, people, [closing.state.session for closing in closings])
    return people


async def _to_convoke(stack: Stack, http: httpx2.AsyncClient, people: People) -> Any:
    """(mission, number) pairs, one person a convocation."""
    for uai, academie in people.etablissements.items():
        api = scenario.Api.by_token(http, stack.token(chef(uai, academie)))
        own = [one.numero for one in people.by_academie[academie] if one.uai == uai]
        for mission in (await api.get("/api/missions", taille=500))["missions"]:
            for numero in islice(own, 10):
                yield mission["mission_id"], numero, api


def _convoke(api: scenario.Api, mission: str, numero: str, day: str) -> Send:
    async def send() -> None:
        body = {"intervenants": [numero], "dates": [day]}
        await api.post(f"/api/missions/{mission}/convocations", body, key=f"latency-{mission}-{numero}")

    return send


async def _measure(
    stack: Stack, topic: str, sends: dict[bytes, Send], per_second: int, processes: Mapping[str, ServiceProcess]
) -> Figures:
    """Send at a steady rate whatever the answers take; each key's time runs until its record is read."""
    consumer = AIOKafkaConsumer(
        topic, **stack.kafka_connection, auto_offset_reset="latest", isolation_level="read_committed"
    )
    await consumer.start()
    await consumer.seek_to_end()
    started: dict[bytes, float] = {}
    took: dict[bytes, float] = {}

    async def read() -> None:
        while len(took) < len(sends):
            record = await consumer.getone()
            if record.key in started and record.key not in took:
                took[record.key] = perf_counter() - started[record.key]

    async def send_all() -> None:
        begin = perf_counter()
        async with asyncio.TaskGroup() as group:
            for number, (key, send) in enumerate(sends.items()):
                await asyncio.sleep(max(0.0, begin + number / per_second - perf_counter()))
                started[key] = perf_counter()
                group.create_task(send())

    before, own = cpu_seconds(processes), process_time()
    try:
        async with asyncio.timeout(len(sends) / per_second + 60):
            await asyncio.gather(read(), send_all())
    finally:
        await consumer.stop()
    after = cpu_seconds(processes) | {"bench": process_time()}
    cuts, before = quantiles(took.values(), n=100), before | {"bench": own}
    cpu = {name: round((after[name] - before[name]) * 1000 / len(sends), 2) for name in after}
    return {"p50_ms": round(cuts[49] * 1000, 1), "p99_ms": round(cuts[98] * 1000, 1), "cpu_ms": cpu}
