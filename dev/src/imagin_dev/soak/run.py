"""One soak: the cluster starts, the load runs, faults happen, everything heals, and what is left is counted."""

import asyncio
import contextlib
import json
import logging
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from rich.progress import Progress

from chassis.snapshot import snapshot
from event_schemas.catalogue import TOPICS
from imagin_dev.demo import scenario
from imagin_dev.soak.checker import Checker, Finding
from imagin_dev.soak.ledger import Ledger
from imagin_dev.soak.load import Load
from imagin_dev.soak.mail_sink import MailSink, Told
from imagin_dev.soak.nemesis import Fault, Nemesis
from imagin_dev.soak.poison import Poison
from imagin_dev.soak.stalls import Stall, Wait, stalls, waits
from imagin_dev.soak.victims import Victims
from imagin_dev.soak.watch import Watcher
from imagin_dev.stack import Stack
from imagin_ops.output import say, stderr
from imagin_ops.services import CONVOCATION, NOTIFIER, SANTORIN_BRIDGE
from testkit.eventually import eventually

STALL_SECONDS = 30.0
_QUIET_SECONDS = 180
_WEIGH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for. `per_second`: writes by HTTP; `every_seconds`: mean distance of two faults, 0 for none."""

    seed: int
    seconds: float
    brokers: int = 3
    replicas: int = 2
    lycees: int = 12
    per_second: float = 10.0
    every_seconds: float = 3.0


@dataclass(slots=True)
class Outcome:
    """`unquiet`: what had not finished within the limit; `figures` are for reading, `findings` must be empty."""

    plan: Plan
    findings: list[Finding] = field(default_factory=list)
    stalls: list[Stall] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return not any(one.cases for one in self.findings)


@dataclass(slots=True)
class Weights:
    """The most memory each process was seen with, in bytes."""

    stack: Stack
    most: dict[str, int] = field(default_factory=dict)

    async def weigh(self) -> None:
        """For ever."""
        while True:
            weights = {name: one.rss_bytes() for name, one in self.stack.services.items()}
            weights |= {"kafka": self.stack.kafka.rss_bytes(), "postgresql": self.stack.postgres.rss_bytes()}
            self.most |= {name: max(self.most.get(name, 0), weight) for name, weight in weights.items()}
            await asyncio.sleep(_WEIGH_SECONDS)


@dataclass(slots=True)
class Soak:
    """The parts of a soak that runs."""

    plan: Plan
    stack: Stack
    sink: MailSink
    ledger: Ledger
    load: Load
    watcher: Watcher
    poison: Poison
    victims: Victims
    nemesis: Nemesis
    weights: Weights
    parts: list[asyncio.Task[None]] = field(default_factory=list)

    def ended(self) -> list[str]:
        """Of the soak's own parts, which all work for ever: why they ended."""
        return [repr(one.exception()) for one in self.parts if one.done() and not one.cancelled()]


@asynccontextmanager
async def running(plan: Plan, folder: Path) -> AsyncIterator[Soak]:
    """A product whose missions are there, whose people are known and whose service is open; nobody writes yet."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # of our own clients: the faults are known
    sink = MailSink(folder)
    settings = {
        f"{NOTIFIER.prefix}SMTP_URL": sink.url,
        f"{SANTORIN_BRIDGE.prefix}API_REQUESTS_PER_SECOND": "10000",
        f"{SANTORIN_BRIDGE.prefix}API_REQUESTS_BURST": "10000",
    }
    stack = Stack(folder, say=say, settings=settings, given=False, brokers=plan.brokers, replicas=plan.replicas)
    await sink.start()
    tasks: list[asyncio.Task[None]] = []
    try:
        async with stack:
            soak = _made(plan, stack, sink)
            work = (soak.watcher.read_rights, soak.watcher.read_convocations, soak.watcher.answer)
            tasks = [asyncio.create_task(one()) for one in (*work, soak.weights.weigh)]
            await _prepare(soak)
            tasks.append(asyncio.create_task(soak.nemesis.supervise()))
            soak.parts = tasks
            try:
                yield soak
            finally:  # before the stack ends: who supervises would start its processes again
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        for task in tasks:
            task.cancel()
        sink.kill()


def _made(plan: Plan, stack: Stack, sink: MailSink) -> Soak:
    ledger = Ledger()
    load = Load(stack, ledger, plan.seed, plan.lycees, plan.per_second)
    watcher = Watcher(stack.kafka_connection)
    poison = Poison(stack.kafka_connection, random.Random(plan.seed + 1))  # noqa: S311
    victims = Victims.of(stack, sink)
    nemesis = Nemesis(victims, poison, random.Random(plan.seed), plan.every_seconds, _tell)  # noqa: S311
    return Soak(plan, stack, sink, ledger, load, watcher, poison, victims, nemesis, Weights(stack))


def _tell(fault: Fault) -> None:
    stderr().print(json.dumps(fault.as_json(), ensure_ascii=False), markup=False, soft_wrap=True)


async def _prepare(soak: Soak) -> None:
    say(f"{soak.plan.lycees} lycées, annuaire et ouverture")
    await soak.load.close_all()
    session = next(iter(soak.load.events.values()))["data"]["session"]
    await scenario.prepare(soak.stack, soak.load.people, [session])
    checker = Checker(soak.stack, soak.load, soak.watcher, soak.poison)

    async def quiet() -> bool:
        reason = await checker.disquiet()
        assert reason is None, reason
        return True

    await eventually(quiet, timeout=60, because="the missions are there")


async def soak(plan: Plan, folder: Path, bars: Progress) -> Outcome:
    """All of it. What was found stands in the outcome; what cannot even start raises."""
    async with running(plan, folder) as one:
        say(f"charge et pannes pendant {plan.seconds:g} s (graine {plan.seed})")
        bar = bars.add_task("secondes", total=plan.seconds)
        began = time.monotonic()
        load = asyncio.create_task(one.load.run())
        ticking = asyncio.create_task(_tick(bars, bar, began))
        raging = asyncio.create_task(
            one.nemesis.rage(plan.seconds) if plan.every_seconds else asyncio.sleep(plan.seconds)
        )
        await asyncio.wait({raging, *one.parts}, return_when=asyncio.FIRST_COMPLETED)
        raging.cancel()  # where a part of the soak has ended, the rest would prove nothing
        with contextlib.suppress(asyncio.CancelledError):
            await raging
        one.load.stopping.set()
        await load
        seconds = time.monotonic() - began
        ticking.cancel()
        return await _judge(one, seconds)


async def _tick(bars: Progress, bar: Any, began: float) -> None:
    while True:
        bars.update(bar, completed=time.monotonic() - began)
        await asyncio.sleep(1)


async def _judge(soak: Soak, seconds: float) -> Outcome:
    checker = Checker(soak.stack, soak.load, soak.watcher, soak.poison)
    say("tout est guéri : attente du calme")
    began = time.monotonic()
    unquiet = await _quiet(checker)
    calm = time.monotonic() - began
    say("contrôle")
    outcome = Outcome(soak.plan, faults=sorted(soak.nemesis.faults))
    mails = soak.sink.taken()
    found = await waits(soak.stack.databases[CONVOCATION.name], soak.watcher, datetime.now(UTC))
    outcome.stalls = stalls(found, outcome.faults, over_seconds=STALL_SECONDS, replicas=soak.plan.replicas)
    outcome.findings = [
        Finding("not quiet within the limit", [unquiet] if unquiet else []),
        *await checker.findings(mails),
        Finding("rights that waited too long", _too_long(outcome.stalls)),
        Finding("what did not come back", soak.nemesis.broken),
        Finding("parts of the soak itself that ended", soak.ended()),
    ]
    outcome.figures = {
        "seconds": round(seconds),
        "seconds_until_quiet": round(calm, 1),
        "events": await _events(soak.stack.kafka_connection),
        **_figures(soak, mails, found),
    }
    return outcome


async def _events(kafka: dict[str, Any]) -> int:
    """Records on all topics; markers of transactions are none."""
    return sum([len(page) for topic in TOPICS async for page in snapshot(kafka, topic)])


def _figures(soak: Soak, mails: list[Told], found: list[Wait]) -> dict[str, Any]:
    """What is only for reading."""
    waited = sorted(one.seconds for one in found)
    copies = Counter(mails)
    return {
        "faults": len(soak.nemesis.faults),
        "acknowledged_writes": soak.ledger.acknowledged,
        "acknowledged_closings": soak.ledger.acknowledged_closings,
        "unanswered_requests": soak.ledger.unanswered,
        "refused_requests": soak.ledger.refused,
        "rights_read": soak.watcher.records,
        "versions_told_again": soak.watcher.told_again,
        "mails_items": len(mails),
        "mails_twice_same_id": sum(count > 1 for count in copies.values()),
        "bad_records": len(soak.poison.written),
        "bad_records_unacknowledged": len(soak.poison.uncertain) + soak.poison.uncertain_batches,
        "ended_by_themselves": soak.nemesis.ended,
        "right_p50_seconds": round(waited[len(waited) // 2], 2) if waited else None,
        "right_p99_seconds": round(waited[len(waited) * 99 // 100], 2) if waited else None,
        "right_worst_seconds": round(waited[-1], 2) if waited else None,
        "memory_mb": {name: round(most / 1e6) for name, most in sorted(soak.weights.most.items())},
    }


async def _quiet(checker: Checker) -> str | None:
    """What still moves after the limit, or None."""
    deadline = time.monotonic() + _QUIET_SECONDS
    while True:
        try:
            reason = await checker.disquiet()
        except (OSError, asyncpg.PostgresError, TimeoutError) as error:
            reason = f"PostgreSQL does not answer ({type(error).__name__})"
        if reason is None or time.monotonic() > deadline:
            return reason
        await asyncio.sleep(0.5)


def _too_long(found: list[Stall]) -> list[str]:
    return [
        f"{one.worst:.0f} s from {one.since:%H:%M:%S}, {one.excused:.0f} s of them in an outage"
        for one in found
        if one.worst - one.excused > STALL_SECONDS
    ]
