"""The books of a demo: what each service holds, counted in its own database, and what the rights topic says."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import asyncpg

from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SERVICES

_APPLIED = "SELECT coalesce(sum(revision), 0) FROM cloture WHERE cloture = ANY($1::text[])"
_ETABLISSEMENTS = "SELECT count(DISTINCT cloture) FROM mission WHERE status = 'ACTIVE'"
_ACTIVE = "SELECT type, count(*) AS n FROM mission WHERE status = 'ACTIVE' GROUP BY type"
_VERSIONS = "SELECT coalesce(sum(version), 0) FROM mission"
# Missions of a session that nobody has declared yet are there too; the previous release has no such table.
_WAITING = "SELECT to_regclass('mission_en_quarantaine') IS NOT NULL"
_WAITING_VERSIONS = "SELECT coalesce(sum(version), 0) FROM mission_en_quarantaine"
_CONVOCATIONS = "SELECT count(*) FROM convocation WHERE status = 'ACTIVE'"
_TOLD = """
SELECT count(DISTINCT convocation_id) FROM notification n WHERE etat = 'SENT' AND nature <> 'ANNULATION'
AND NOT EXISTS (SELECT FROM notification c WHERE c.convocation_id = n.convocation_id
                AND c.nature = 'ANNULATION' AND c.version > n.version)
"""
_POLL_SECONDS = 0.05
_DEAD = "SELECT count(*) FROM dead_letter WHERE state IN ('OPEN', 'RETRY')"


class Books:
    """Pools on the four databases (URLs by service name); `await open()` first, `await close()` last.

    Pools, for two may ask at once: who plays, and who waits to kill in mid-flow.
    """

    def __init__(self, databases: Mapping[str, str]) -> None:
        self._urls = databases
        self._pools: dict[str, Any] = {}

    async def open(self) -> None:
        for name, url in self._urls.items():  # one at a time: four connections take milliseconds
            self._pools[name] = await asyncpg.create_pool(url, min_size=1, max_size=4)

    async def close(self) -> None:
        await asyncio.gather(*(pool.close() for pool in self._pools.values()))

    async def revisions_applied(self, clotures: list[str]) -> int:
        """The sum of the revisions applied of these closings ("session|uai")."""
        return int(await self._pools[MISSION_IMPORT.name].fetchval(_APPLIED, clotures))

    async def missions_missing(self) -> int:
        """0 when convocation holds each mission of mission-import at the same version, negative before."""
        ours, theirs = [
            int(await self._pools[service.name].fetchval(_VERSIONS)) for service in (MISSION_IMPORT, CONVOCATION)
        ]
        convocation = self._pools[CONVOCATION.name]
        if await convocation.fetchval(_WAITING):
            theirs += int(await convocation.fetchval(_WAITING_VERSIONS))
        return theirs - ours

    async def etablissements(self) -> int:
        return int(await self._pools[MISSION_IMPORT.name].fetchval(_ETABLISSEMENTS))

    async def missions(self) -> dict[str, int]:
        rows = await self._pools[CONVOCATION.name].fetch(_ACTIVE)
        counts = {row["type"]: row["n"] for row in rows}
        return {"correction": counts.get("CORRECTION", 0), "numerisation": counts.get("NUMERISATION", 0)}

    async def convocations(self) -> int:
        return int(await self._pools[CONVOCATION.name].fetchval(_CONVOCATIONS))

    async def notifications(self) -> int:
        """People told of a convocation that holds, however many mails that took."""
        return int(await self._pools[NOTIFIER.name].fetchval(_TOLD))

    async def dead_letters(self) -> int:
        return sum([int(await self._pools[service.name].fetchval(_DEAD)) for service in SERVICES])


class Stalled(Exception):
    """What was waited for did not move for a long time."""


async def until(
    count: Callable[[], Awaitable[int]],
    target: int,
    advance: Callable[[int], None],
    *,
    stalled_after_seconds: float = 60,
) -> None:
    """Wait until `count()` reaches `target`, telling each step. Raises Stalled when nothing moves any more."""
    last, still = -1, 0.0
    while True:
        now = await count()
        advance(now)
        if now >= target:
            return
        still = 0.0 if now != last else still + _POLL_SECONDS
        if still > stalled_after_seconds:
            raise Stalled(f"{now} / {target}")
        last = now
        await asyncio.sleep(_POLL_SECONDS)
