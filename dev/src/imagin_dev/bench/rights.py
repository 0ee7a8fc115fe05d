"""`imagin bench rights`: convocations that wait on their topic → rights at a plain reader, beside the bare floor.

The floor does the same work in its plainest form: batch → upsert and outbox → transactional relay to two topics (the
right, and what the établissement is told of it), without validation, guard, hash or telemetry.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from time import perf_counter
from typing import Any, NamedTuple

import asyncpg
import httpx2
import orjson
import psutil
from aiokafka import AIOKafkaConsumer

from acces.acteur import Acteur, Role
from chassis.cloudevents import Cause, encode, event_id
from event_schemas import catalogue
from event_schemas.convocations import Convocation, IntervenantRef, MissionRef
from event_schemas.identities import convocation_id, mission_id
from imagin_dev.bench import bare
from imagin_dev.bench.pipeline import BarePipeline
from imagin_dev.bench.requests import percentiles
from imagin_dev.cyclades.closings import SESSIONS, invented_uai
from imagin_dev.cyclades.producer import Record, send_records
from imagin_dev.demo.books import until
from imagin_dev.santorin.simulator import Santorin
from imagin_dev.stack import Stack
from imagin_ops.output import progress, say
from imagin_ops.services import SANTORIN_BRIDGE
from testkit.processes import ServiceProcess

_SOURCE = "/imagin/convocation"
_PEOPLE_EACH = 16  # on a mission
_STALLED_SECONDS = 120
_CHECKS = 1_000
_IDLE_SECONDS = 2
Awaited = dict[bytes, tuple[int, str]]
"""Version and status of the right that must come, by key."""


class Side(NamedTuple):
    """What is measured: reads `convocations`, writes `rights`; `start` gives its process."""

    name: str
    convocations: str
    rights: str
    start: Callable[[], Awaitable[ServiceProcess]]
    stop: Callable[[], Awaitable[None]]


class Version(NamedTuple):
    """A version of the convocation of a person."""

    person: int
    version: int
    type: str


async def rights(stack: Stack, count: int, *, read: bool = True) -> dict[str, Any]:
    """Seconds and rates run from the first right read to the last; the events are written before, by stopped sides.

    `read`: what comes after is measured too, the check of rights and SANTORIN's return.
    """
    pipeline = BarePipeline(stack)
    await pipeline.prepare("granter")
    try:
        floor = await _measure(stack, _bare(pipeline), count)
    finally:
        await pipeline.stop()
    product = await _measure(stack, _product(stack), count)
    after = {"check": await _check(stack, count), "after_silence": await _after_silence(stack)} if read else {}
    return {
        "bench": "rights",
        "convocations": count,
        "bare": floor,
        "product": product,
        "ratio": _ratio(floor, product, "seconds"),
        "cpu_ratio": _ratio(floor, product, "cpu_seconds"),
        **after,
    }


async def _check(stack: Stack, count: int) -> dict[str, Any]:
    """« M. X peut-il se connecter ? » over all these rights: milliseconds, beside the bare answer of the process."""
    say("vérification des droits")
    mission = str(_mission(1).mission_id)
    paths = {
        "personne": lambda number: f"/acces/{number * 7919 % count:012}",
        "personne_et_mission": lambda number: f"/acces/{number % _PEOPLE_EACH + _PEOPLE_EACH:012}?mission={mission}",
        "mission": lambda number: f"/missions/{_mission(number).mission_id}/habilitations",
    }
    headers = {"Authorization": f"Bearer {stack.token(Acteur('santorin', Role.SANTORIN))}"}
    async with httpx2.AsyncClient(base_url=stack.url(SANTORIN_BRIDGE), timeout=30, trust_env=False) as http:

        async def up_to_date() -> int:
            return int((await http.get(paths["personne"](1), headers=headers)).status_code == 200)

        await until(up_to_date, 1, lambda _: None)
        figures = {"bare": await percentiles(_CHECKS, lambda _: http.get("/health/live"))}
        for name, path in paths.items():

            def ask(number: int, path: Callable[[int], str] = path) -> Awaitable[httpx2.Response]:
                return http.get(path(abs(number)), headers=headers)

            figures[name] = await percentiles(_CHECKS, ask)
    return figures


async def _after_silence(stack: Stack) -> dict[str, Any]:
    """SANTORIN has read nothing so far: it comes back, answers everything, and the bridge takes the answers."""
    say("SANTORIN revient")
    santorin, began = Santorin(stack.kafka_connection), perf_counter()
    await santorin.run(lambda _: None, until_idle_seconds=_IDLE_SECONDS)
    answered = perf_counter() - began - _IDLE_SECONDS
    connection = await asyncpg.connect(stack.databases[SANTORIN_BRIDGE.name])
    try:

        async def applied() -> int:
            return int(await connection.fetchval("SELECT count(*) FROM accuse"))

        await until(applied, len(santorin.rights), lambda _: None)
    finally:
        await connection.close()
    return {
        "rights": len(santorin.rights),
        "went_back": santorin.went_back,
        "seconds_until_answered": round(answered, 1),
        "seconds_until_told": round(perf_counter() - began, 1),
    }


def _ratio(floor: dict[str, Any], product: dict[str, Any], figure: str) -> dict[str, float]:
    """Neighbours on the machine move seconds more than CPU seconds."""
    return {name: round(floor[name][figure] / product[name][figure], 3) for name in product}


def _bare(pipeline: BarePipeline) -> Side:
    async def start() -> ServiceProcess:
        await pipeline.run("granter")
        return pipeline.nodes["granter"]

    return Side("tuyau nu", bare.CONVOCATIONS, bare.RIGHTS, start, pipeline.stop)


def _product(stack: Stack) -> Side:
    async def start() -> ServiceProcess:
        return stack.launch(SANTORIN_BRIDGE)  # ready is who has caught up: waiting for that, the clock would miss it

    async def stop() -> None:
        await asyncio.to_thread(stack.services[SANTORIN_BRIDGE.name].terminate)

    return Side("produit", catalogue.CONVOCATION, catalogue.HABILITATION, start, stop)


async def _measure(stack: Stack, side: Side, count: int) -> dict[str, dict[str, Any]]:
    consumer = AIOKafkaConsumer(
        side.rights, **stack.kafka_connection, auto_offset_reset="earliest", isolation_level="read_committed"
    )
    await consumer.start()
    figures = {}
    try:
        for name, versions in (("grants", _grants(count)), ("flips", _flips(count))):
            await side.stop()
            say(f"{side.name}, {name} : {count} convocations")
            awaited = await _write(stack, side, versions, count)
            process = await side.start()
            figures[name] = await _read(consumer, awaited, process)
    finally:
        await consumer.stop()
    return figures


def _grants(count: int) -> Iterator[Version]:
    return (Version(person, 1, catalogue.INTERVENANT_CONVOQUE) for person in range(count))


def _flips(count: int) -> Iterator[Version]:
    """One new person, one of the first ones changed, one new person, one cancelled, and so on."""
    flips = (catalogue.CONVOCATION_CHANGED, catalogue.CONVOCATION_CANCELLED)
    for number in range(count):
        if number % 2:
            yield Version(number, 2, flips[number // 2 % 2])
        else:
            yield Version(count + number, 1, catalogue.INTERVENANT_CONVOQUE)


async def _write(stack: Stack, side: Side, versions: Iterator[Version], count: int) -> Awaited:
    awaited: Awaited = {}

    def records() -> Iterator[Record]:
        for one in versions:
            state = _convocation(one)
            key = state.aggregate.encode()
            awaited[key] = (one.version, "GRANTED" if state.status == "ACTIVE" else "REVOKED")
            ce_id = event_id(state.convocation_id.bytes, one.version)
            yield Record(key, state.to_bytes(), encode(one.type, _SOURCE, state.aggregate, ce_id, _now(), Cause()))

    with progress() as bars:
        bar = bars.add_task("convocations écrites", total=count)

        def advance(done: int) -> None:
            bars.update(bar, completed=done)

        await send_records(stack.kafka_connection, side.convocations, records(), advance)
    return awaited


@lru_cache(maxsize=1)
def _now() -> datetime:
    return datetime.now(UTC)


def _convocation(one: Version) -> Convocation:
    mission = _mission(one.person // _PEOPLE_EACH)
    numero = f"{one.person:012}"
    return Convocation.create(
        convocation_id=convocation_id(mission.mission_id, numero),
        version=one.version,
        status="CANCELLED" if one.type == catalogue.CONVOCATION_CANCELLED else "ACTIVE",
        intervenant=IntervenantRef(numero=numero, nom="DUPONT-MARTEL", prenom="Marie-Claude", uai=mission.uai),
        mission=mission,
        qualite="CORRECTEUR",
        qualite_par_defaut=True,
        profil=None,
        dates=[date(2020, 1, 27 + one.version)],
    )


@lru_cache(maxsize=4)
def _mission(number: int) -> MissionRef:
    uai, code = invented_uai(number // 20), f"LVA-{number % 20:03}"
    return MissionRef(
        mission_id=mission_id(SESSIONS[0], uai, "COMMUNE", code),
        session=SESSIONS[0],
        type="CORRECTION",
        voie="COMMUNE",
        code=code,
        libelle=f"Langue {number % 20}",
        uai=uai,
        academie="10",
    )


async def _read(consumer: AIOKafkaConsumer, awaited: Awaited, process: ServiceProcess) -> dict[str, Any]:
    """Read until each awaited right has come at its version. Raises TimeoutError when none comes any more."""
    total, quarters = len(awaited), list[tuple[float, float]]()
    first = await _take(consumer, awaited)
    began, cpu = perf_counter(), _cpu_seconds(process)
    with progress() as bars:
        bar = bars.add_task("droits lus", total=total)
        while True:
            while total - len(awaited) >= total * (len(quarters) + 1) / 4:
                quarters.append((perf_counter() - began, process.rss_bytes() / 1e6))
            if not awaited:
                break
            await _take(consumer, awaited)
            bars.update(bar, completed=total - len(awaited))
    seconds, memory = quarters[-1]
    return {
        "seconds": round(seconds, 2),
        "rights_per_second": round((total - first) / seconds),
        "cpu_seconds": round(_cpu_seconds(process) - cpu, 2),
        "seconds_at_quarters": [round(at, 1) for at, _ in quarters],
        "rss_mb_at_quarters": [round(at, 1) for _, at in quarters],
        "rss_growth_mb": round(memory - quarters[0][1], 1),
    }


async def _take(consumer: AIOKafkaConsumer, awaited: Awaited) -> int:
    """One poll with records; returns how many of the awaited rights were among them."""
    before = len(awaited)
    async with asyncio.timeout(_STALLED_SECONDS):
        while len(awaited) == before:
            for records in (await consumer.getmany(timeout_ms=200, max_records=5_000)).values():
                for record in records:
                    right = orjson.loads(record.value)
                    if awaited.get(record.key) == (right["version"], right["status"]):
                        del awaited[record.key]
    return before - len(awaited)


def _cpu_seconds(process: ServiceProcess) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return float(times.user + times.system)
