"""`imagin bench latency`: convoke by HTTP → right on the habilitation topic, steadily, beside the bare floor.

Both sides are warm: what comes first after a start opens connections, plans statements and has Kafka's Java compiled.
It is told as `first`. After a hundred writes alone, the slow hundredth of the next ones was half as slow again.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import itemgetter
from statistics import quantiles
from time import perf_counter, process_time
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from aiokafka import AIOKafkaConsumer

from event_schemas.catalogue import HABILITATION
from event_schemas.identities import convocation_id
from imagin_dev.bench import bare
from imagin_dev.bench.pipeline import BarePipeline, cpu_seconds
from imagin_dev.bench.requests import Connections
from imagin_dev.cyclades import sample
from imagin_dev.demo import scenario
from imagin_dev.demo.accounts import People, chef
from imagin_dev.stack import Stack
from imagin_ops.output import say
from imagin_ops.services import CONVOCATION
from testkit.processes import ServiceProcess

Send = Callable[[], Coroutine[Any, Any, None]]
Figures = dict[str, Any]
_FIRST = 1_000
_BESIDES = ("postgresql", "kafka", "bench")


async def latency(stack: Stack, count: int, rates: Sequence[int]) -> Figures:
    """At each of `rates` a second, one after the other: p50 and p99 in milliseconds, from the request's start to the
    record's arrival at a plain reader, and the CPU of each process by convocation.

    `first`: the same of what comes before, at the first of the rates.
    """
    rates_told = " puis ".join(map(str, rates))
    say(f"tuyau nu : {count} écritures à {rates_told} par seconde")
    floor = await _bare(stack, count, rates)
    say(f"produit : {count} convocations à {rates_told} par seconde")
    product = await _product(stack, count, rates)
    return {"bench": "latency", "count": count} | {name: _beside(floor[name], product[name]) for name in floor}


def _beside(floor: Figures, product: Figures) -> Figures:
    """`cpu_ratio` is of the processes alone, without Kafka, PostgreSQL and the benchmark."""
    ours, its = (sum(ms for name, ms in one["cpu_ms"].items() if name not in _BESIDES) for one in (product, floor))
    return {
        "bare": floor,
        "product": product,
        "ratio_p50": round(floor["p50_ms"] / product["p50_ms"], 3),
        "cpu_ratio": round(its / ours, 3),
    }


async def _bare(stack: Stack, count: int, rates: Sequence[int]) -> dict[str, Figures]:
    pipeline = BarePipeline(stack)
    await pipeline.start("writer", "bridge")
    try:
        with closing(Connections(pipeline.nodes["writer"].url)) as http:
            numbers = range(_FIRST + len(rates) * count)
            sends = {str(uuid5(NAMESPACE_URL, f"/{n}")).encode(): partial(http.post, f"/{n}") for n in numbers}
            return await _each(stack, bare.RIGHTS, sends, rates, pipeline.nodes)
    finally:
        await pipeline.stop()


async def _product(stack: Stack, count: int, rates: Sequence[int]) -> dict[str, Figures]:
    people = await _load(stack)
    day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    with closing(Connections(stack.url(CONVOCATION), {"Content-Type": "application/json"})) as http:
        sends: dict[bytes, Send] = {}
        for mission, numero, token in (await _to_convoke(stack, people))[: _FIRST + len(rates) * count]:
            key = str(convocation_id(UUID(mission), numero)).encode()
            sends[key] = _convoke(http, token, mission, numero, day)
        return await _each(stack, HABILITATION, sends, rates, stack.services)


async def _load(stack: Stack) -> People:
    """The sample's missions, its people and the open service."""
    closings = sample.closings()
    await scenario.close_registration(stack, closings)
    people = People.of(closings)
    await scenario.prepare(stack, people, [closing.state.session for closing in closings])
    return people


async def _to_convoke(stack: Stack, people: People) -> list[tuple[str, str, str]]:
    """Missions, numbers and the tokens of who convokes them there, one person a convocation.

    In turn over the missions: so many a second come from many lycées, and commands on one mission wait for each other.
    """
    found: list[tuple[int, tuple[str, str, str]]] = []
    async with scenario.client(stack) as http:
        for uai, academie in people.etablissements.items():
            token = stack.token(chef(uai, academie))
            own = [one.numero for one in people.by_academie[academie] if one.uai == uai]
            for mission in (await scenario.Api.by_token(http, token).get("/api/missions", taille=500))["missions"]:
                found += enumerate((mission["mission_id"], numero, token) for numero in own[:10])
    return [one for _, one in sorted(found, key=itemgetter(0))]


def _convoke(http: Connections, token: str, mission: str, numero: str, day: str) -> Send:
    body = orjson.dumps({"intervenants": [numero], "dates": [day]})
    headers = {"Authorization": f"Bearer {token}", "Idempotency_Key": f"latency-{mission}-{numero}"}
    return partial(http.post, f"/api/missions/{mission}/convocations", body, **headers)


async def _each(
    stack: Stack, topic: str, sends: Mapping[bytes, Send], rates: Sequence[int], processes: Mapping[str, ServiceProcess]
) -> dict[str, Figures]:
    """The first ones, then as many at each rate; each begins once all rights of the last are read."""
    every = list(sends.items())
    count = (len(every) - _FIRST) // len(rates)
    found = {"first": await _measure(stack, topic, dict(every[:_FIRST]), rates[0], processes)}
    for place, rate in enumerate(rates):
        start = _FIRST + place * count
        found[f"at_{rate}"] = await _measure(stack, topic, dict(every[start : start + count]), rate, processes)
    return found


async def _measure(
    stack: Stack, topic: str, sends: Mapping[bytes, Send], per_second: int, processes: Mapping[str, ServiceProcess]
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
