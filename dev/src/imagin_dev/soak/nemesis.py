"""Faults drawn by lot, one after another; each is logged when it is over. The same seed draws the same ones."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import asyncpg
from aiokafka.errors import KafkaError

from imagin_dev.soak.poison import Poison
from imagin_dev.soak.victims import GROWING, Process, Victim, Victims
from imagin_ops.services import SERVICES, ServiceSpec
from testkit.parts.errors import PartError

_READY_SECONDS = 120
_ADMIN_SECONDS = 30
_LOTS = {
    "kill a broker": 4,
    "stop a broker": 3,
    "freeze a broker": 4,
    "kill two brokers": 1,
    "freeze two brokers": 1,
    "kill a process": 6,
    "stop a process": 4,
    "freeze a process": 5,
    "kill a service": 2,
    "roll a service": 2,
    "kill postgresql": 1,
    "terminate backends": 3,
    "freeze smtp": 2,
    "kill smtp": 1,
    "add a partition": 1,
    "bad record": 8,
}


class Fault(NamedTuple):
    """What was done to whom. `outage`: nobody could have gone on meanwhile."""

    number: int
    what: str
    to: str
    began: datetime
    over: datetime
    outage: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "at": self.began.isoformat(timespec="milliseconds"),
            "index": self.number,
            "what": self.what,
            "to": self.to,
            "seconds": round((self.over - self.began).total_seconds(), 1),
            "outage": self.outage,
        }


@dataclass(slots=True)
class Nemesis:
    """`broken`: what did not come back. `ended`: processes that ended by themselves, with their exit codes."""

    victims: Victims
    poison: Poison
    draw: random.Random
    every_seconds: float
    tell: Callable[[Fault], None]
    faults: list[Fault] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    _hurt: set[str] = field(default_factory=set)

    async def rage(self, seconds: float) -> None:
        """Draw faults for so long, then wait until the last one is over."""
        loop = asyncio.get_running_loop()
        end, index = loop.time() + seconds, 0
        async with asyncio.TaskGroup() as group:
            while True:
                await asyncio.sleep(min(self.draw.expovariate(1 / self.every_seconds), 4 * self.every_seconds))
                if loop.time() >= end:
                    return
                index += 1
                if (drawn := self._drawn()) is not None:
                    group.create_task(self._do(index, *drawn))

    async def supervise(self) -> None:
        """As systemd or Kubernetes: a process that ends unasked is started again. For ever."""
        while True:
            for one in self.victims.processes:
                if not one.down and not one.running.alive():
                    self.ended.append(f"{one.name}: {one.running.returncode}")
                    await one.start()
            await asyncio.sleep(0.5)

    def _drawn(self) -> tuple[str, list[str], bool, Callable[[], Awaitable[str | None]]] | None:
        """(what, whom it hurts, outage, the deed); None where somebody of them is hurt already."""
        what = self.draw.choices(list(_LOTS), list(_LOTS.values()))[0]
        seconds = self.draw.uniform(0.5, 8)
        brokers = self.draw.sample(self.victims.brokers, min(2, len(self.victims.brokers)))
        process, service = self.draw.choice(self.victims.processes), self.draw.choice(SERVICES)
        topic = self.draw.choice(GROWING)
        of_service = self.victims.of_service(service)
        verb, _, whom = what.partition(" ")
        deeds: dict[str, tuple[Sequence[Victim], bool]] = {
            "a broker": (brokers[:1], len(self.victims.brokers) < 3),
            "two brokers": (brokers, True),
            "a process": ([process], len(of_service) < 2),
            "a service": (of_service, verb == "kill"),
            "postgresql": ([self.victims.database], True),
            "smtp": ([self.victims.mail_server], False),
        }
        if what == "bad record":
            return what, [], False, self.poison.send
        if what == "add a partition":
            return what, [], False, lambda: self._grow(topic)
        if what == "terminate backends":
            return what, [f"backends of {service.name}"], False, lambda: self._terminate(service)
        victims, outage = deeds[whom]
        names = [one.name for one in victims]
        groups = {"brokers"} if whom.endswith(("broker", "brokers")) else set(names)
        if self._hurt & groups:
            return None
        self._hurt |= groups
        return what, names, outage, lambda: self._hurt_them(verb, victims, seconds, groups)

    async def _do(
        self, index: int, what: str, names: list[str], outage: bool, deed: Callable[[], Awaitable[str | None]]
    ) -> None:
        began = datetime.now(UTC)
        said = await deed()
        fault = Fault(index, what, said or ", ".join(names), began, datetime.now(UTC), outage)
        self.faults.append(fault)
        self.tell(fault)

    async def _hurt_them(self, verb: str, victims: Sequence[Victim], seconds: float, groups: set[str]) -> None:
        try:
            if verb == "freeze":
                await freeze(victims, seconds * 2)
            elif verb == "roll":
                await self._roll(victims)
            else:
                await down(verb, victims, seconds)
                await self._ready(victims)
        except (PartError, AssertionError) as error:
            self.broken.append(str(error))
        finally:
            self._hurt -= groups

    async def _roll(self, victims: Sequence[Victim]) -> None:
        for one in victims:
            await down("stop", [one], 0)
            await self._ready([one])

    async def _ready(self, victims: Sequence[Victim]) -> None:
        """Ready again, unless PostgreSQL was taken away meanwhile: the end of the soak looks once more."""
        processes = [one for one in victims if isinstance(one, Process)]
        for one in processes:
            if "postgresql" not in self._hurt:
                await one.running.wait_ready(_READY_SECONDS)

    async def _grow(self, topic: str) -> str:
        try:
            async with asyncio.timeout(_ADMIN_SECONDS):
                return f"{topic}, {await self.victims.topics.grow(topic)} now"
        except (KafkaError, TimeoutError, OSError) as error:  # the cluster is hurt itself
            return f"{topic}, not done: {type(error).__name__}"

    async def _terminate(self, service: ServiceSpec) -> None:
        with contextlib.suppress(OSError, asyncpg.PostgresError, TimeoutError):  # PostgreSQL is away itself
            await self.victims.database.terminate_backends(service)


async def freeze(victims: Sequence[Victim], seconds: float) -> None:
    """SIGSTOP, and SIGCONT after so long."""
    for one in victims:
        one.pause()
    try:
        await asyncio.sleep(seconds)
    finally:
        for one in victims:
            one.resume()


async def down(verb: str, victims: Sequence[Victim], seconds: float) -> None:
    """Killed (`kill`) or asked to end (`stop`), and started again after so long."""
    await asyncio.gather(*(asyncio.to_thread(one.kill if verb == "kill" else one.stop) for one in victims))
    await asyncio.sleep(seconds)
    await asyncio.gather(*(one.start() for one in victims))
