"""What work costs: seconds of CPU, bytes, blocks. A neighbour on the machine moves them little; he moves time much."""

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any, NamedTuple

import psutil

from imagin_dev.stack import Stack

_WAL = "SELECT (pg_current_wal_lsn() - '0/0')::bigint"
_BLOCKS = "SELECT sum(blks_hit + blks_read)::bigint FROM pg_stat_database"


class Cost(NamedTuple):
    """So far: CPU seconds by process, bytes of WAL, blocks that PostgreSQL looked at (of 8 KiB); `at` in seconds."""

    at: float
    cpu: dict[str, float]
    wal: int
    blocks: int


class Meter:
    """`admin` is PostgreSQL's administrator, connected. Who does nothing costs something each second: `rest` first."""

    def __init__(self, stack: Stack, admin: Any) -> None:
        self._stack = stack
        self._admin = admin
        self._at_rest: dict[str, float] = {}

    async def rest(self, seconds: float) -> dict[str, float]:
        """CPU seconds a second by process, while nobody asks for anything: polls, measures, heartbeats."""
        before = await self._read()
        await asyncio.sleep(seconds)
        after = await self._read()
        self._at_rest = {name: (cpu - before.cpu[name]) / (after.at - before.at) for name, cpu in after.cpu.items()}
        return {name: round(share, 4) for name, share in self._at_rest.items()}

    async def of(self, work: Callable[[], Awaitable[int]]) -> dict[str, Any]:
        """`work` says how many it has done. Of one: milliseconds of CPU by process, bytes of WAL, blocks.

        A service that is started by the work counts from its start. What it costs at rest is taken off.
        """
        before = await self._read()
        done = await work()
        after = await self._read()
        figures = {}
        for name, cpu in after.cpu.items():
            rest = self._at_rest.get(name, 0.0) * (after.at - before.at)
            figures[name] = round(max(0.0, cpu - before.cpu.get(name, 0.0) - rest) / done * 1000, 2)
        return {
            "count": done,
            "cpu_ms": figures,
            "wal_octets": round((after.wal - before.wal) / done),
            "blocks": round((after.blocks - before.blocks) / done, 1),
        }

    async def _read(self) -> Cost:
        await self._admin.execute("SELECT pg_stat_force_next_flush()")
        services = self._stack.services.items()
        cpu = {name: _seconds(psutil.Process(one.pid)) for name, one in services if one.alive()}
        for name, program in (("PostgreSQL", "postgres"), ("Kafka", "java")):
            found = psutil.Process().children(recursive=True)
            cpu[name] = sum(_seconds(one) for one in found if one.name() == program)
        return Cost(perf_counter(), cpu, await self._admin.fetchval(_WAL), await self._admin.fetchval(_BLOCKS))


def _seconds(process: psutil.Process) -> float:
    """With those of its children that have ended: PostgreSQL has a process for each connection."""
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)
