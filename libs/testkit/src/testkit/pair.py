"""Two processes of a service behind a proxy, restarted one after the other, and a load that goes on meanwhile."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import httpx2

from testkit.eventually import eventually
from testkit.processes import ServiceProcess

_ENOUGH = 30
_READY_SECONDS = 60  # the other one and a load take their share of the machine


class Pair:
    """Who asks is sent to any of both that has said that it is ready.

    `ports`: of each process its two. `answers` counts answers by status, `refused` has those that were not expected:
    method, status and the beginning of the text.
    """

    def __init__(
        self, package: str, environment: Mapping[str, str], *, folder: Path, ports: Sequence[Sequence[int]]
    ) -> None:
        self.running: list[ServiceProcess | None] = [None, None]
        self.answers: Counter[int] = Counter()
        self.refused: list[tuple[str, int, str]] = []
        self._package = package
        self._environment = dict(environment)
        self._folder = folder
        self._ports = ports
        self._ready: set[int] = set()

    @property
    def logs(self) -> str:
        """All that both processes have said."""
        files = [self._log(number) for number in range(2)]
        return "\n".join(file.read_text(encoding="utf-8") for file in files if file.exists())

    async def start(self, number: int, **settings: str) -> None:
        """Also instead of one that runs, with other settings."""
        self._ready.discard(number)
        if before := self.running[number]:
            assert before.alive(), before.log_tail()  # nobody but we ends it
            await asyncio.to_thread(before.terminate)
        environment = self._environment | settings
        log, ports = self._log(number), self._ports[number]
        one = self.running[number] = ServiceProcess.of(self._package, environment, log=log, ports=ports)
        await one.wait_ready(_READY_SECONDS)
        self._ready.add(number)

    def _log(self, number: int) -> Path:
        return self._folder / f"{self._package}-pair-{number}.log"

    async def __aenter__(self) -> Self:
        await asyncio.gather(self.start(0), self.start(1))
        return self

    async def __aexit__(self, *_: object) -> None:
        for one in self.running:
            if one:
                await asyncio.to_thread(one.terminate)

    async def set(self, **settings: str) -> None:
        """On one process after the other."""
        for number in range(2):
            await self.start(number, **settings)
        self._environment |= settings

    async def set_under_load(self, **settings: str) -> None:
        """On one process after the other; each time enough is asked in between."""
        for number in range(2):
            await self.start(number, **settings)
            await self.is_asked()
        self._environment |= settings

    async def is_asked(self) -> None:
        before = self.answers.total()
        await eventually(lambda: self.answers.total() - before >= _ENOUGH, because=f"{self._package} is asked")

    async def ask(
        self, http: httpx2.AsyncClient, method: str, path: str, expected: int = 200, **more: Any
    ) -> httpx2.Response:
        """The answer of one of both; one that is not `expected` is noted."""
        while True:
            port, _ = self._ports[random.choice(list(self._ready))]  # noqa: S311  # no secret
            try:
                answer = await http.request(method, f"http://127.0.0.1:{port}{path}", **more)
            except httpx2.TransportError:  # it ended meanwhile: a proxy asks another
                continue
            self.answers[answer.status_code] += 1
            if answer.status_code != expected:
                self.refused.append((method, answer.status_code, answer.text[:200]))
            return answer


class Load:
    """`async with Load(turn):` takes turns without end, until the body is over; what a turn raises is raised here."""

    def __init__(self, turn: Callable[[httpx2.AsyncClient], Awaitable[object]]) -> None:
        self._turn = turn

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async with httpx2.AsyncClient(trust_env=False, timeout=20) as http:
            while True:
                await self._turn(http)

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        [ended] = await asyncio.gather(self._task, return_exceptions=True)
        assert isinstance(ended, asyncio.CancelledError), repr(ended)
