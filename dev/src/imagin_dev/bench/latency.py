"""`imagin bench latency`: convoke by HTTP → right on the habilitation topic, steadily, beside the bare floor.

Both sides are warm: the first seconds after a start open connections, plan statements and compile Kafka's Java. They
are told as `first`.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
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
_FIRST_SECONDS = 2


async def latency(stack: Stack, count: int, per_second: int) -> Figures:
    """p50 and p99 in milliseconds, from the request's start to the record's arrival at a plain reader.

    Beside them the CPU of each process by convocation, and the same of the first two seconds after the start.
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
        with closing(Connections(pipeline.nodes["writer"].url)) as http:
            numbers = range(_FIRST_SECONDS * per_second + count)
            sends = {str(uuid5(NAMESPACE_URL, f"/{n}")).encode(): partial(http.post, f"/{n}") for n in numbers}
            return await _both(stack, bare.RIGHTS, sends, per_second, pipeline.nodes)
    finally:
        await pipeline.stop()


async def _product(stack: Stack, count: int, per_second: int) -> Figures:
    people = await _load(stack)
    day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    with closing(Connections(stack.url(CONVOCATION), {"Content-Type": "application/json"})) as http:
        sends: dict[bytes, Send] = {}
        for mission, numero, token in (await _to_convoke(stack, people))[: _FIRST_SECONDS * per_second + count]:
            key = str(convocation_id(UUID(mission), numero)).encode()
            sends[key] = _convoke(http, token, mission, numero, day)
        return await _both(stack, HABILITATION, sends, per_second, stack.services)


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


async def _both(
    stack: Stack, topic: str, sends: Mapping[bytes, Send], per_second: int, processes: Mapping[str, ServiceProcess]
) -> Figures:
    """The first seconds and, once all of their rights are read, the rest."""
    every = list(sends.items())
    first, rest = dict(every[: _FIRST_SECONDS * per_second]), dict(every[_FIRST_SECONDS * per_second :])
    cold = await _measure(stack, topic, first, per_second, processes)
    return {**await _measure(stack, topic, rest, per_second, processes), "first": cold}


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
