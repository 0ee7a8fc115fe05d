"""A rate: a moving window by key (docs/decisions/0025). Beyond it: 429 with Retry-After.

Rates are counted in the memory of a process: a service of two processes lets through twice as much.
"""

import time
from collections import deque
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request
from prometheus_client import Counter

from acces import securite
from acces.acteur import Acteur
from acces.securite import Evenement
from chassis.problem import Problem

LIMITED = Counter("imagin_http_limited", "Requests refused with 429", ["route"])


@dataclass(slots=True)
class _Window:
    """What passed lately, each with the moment from which it counts no more; `total` is what they cost together."""

    passed: deque[tuple[float, int]] = field(default_factory=deque)
    total: int = 0

    def move_to(self, now: float) -> None:
        while self.passed and self.passed[0][0] <= now:
            self.total -= self.passed.popleft()[1]

    def free_at(self, excess: int) -> float:
        """When so much of it counts no more; at the latest when none does."""
        for until, cost in self.passed:
            excess -= cost
            if excess <= 0:
                return until
        return self.passed[-1][0]


class Debit:
    """One rate, for each key, in the memory of this process; a refused request costs nothing.

    `burst` requests in burst / per_second seconds: no more at once, and `per_second` in the long run. A key is
    forgotten when its window is over.
    """

    def __init__(self, *, per_second: float, burst: int) -> None:
        self._burst, self._seconds = burst, burst / per_second
        self._windows: dict[str, _Window] = {}  # whose last request passed first stands first

    async def take(self, key: str, cost: int = 1) -> int:
        """0 when what costs so much may pass now, else the whole seconds to wait, 1 or more."""
        now = time.monotonic()
        self._forget(now)
        window = self._windows.get(key) or _Window()
        window.move_to(now)
        excess = window.total + cost - self._burst
        if excess > 0:
            return int(window.free_at(excess) - now) + 1 if window.passed else int(self._seconds) + 1
        self._windows.pop(key, None)
        self._windows[key] = window
        window.passed.append((now + self._seconds, cost))
        window.total += cost
        return 0

    async def forget(self, key: str) -> None:
        """As if it had never taken anything."""
        self._windows.pop(key, None)

    def _forget(self, now: float) -> None:
        """The keys whose windows are over: a few at most, as each comes once."""
        while self._windows and (key := next(iter(self._windows))) and self._windows[key].passed[-1][0] <= now:
            del self._windows[key]


async def limit_acteur(request: Request, debit: Debit, acteur: Acteur) -> None:
    """Raises Problem 429 where this acteur asks too often."""
    await _take(request, debit, f"{acteur.role}:{acteur.sub}", request.scope["route"].path, acteur)


async def limit_peer(request: Request, debit: Debit, route: str) -> None:
    """For a route without an acteur: every attempt of an address counts, the failing ones too. Raises Problem 429."""
    await _take(request, debit, peer(request.client.host if request.client else ""), route)


def peer(host: str) -> str:
    """The key of an address: an IPv6 one by its /64, of which a single subscriber has every address."""
    try:
        address = ip_address(host)
    except ValueError:
        return host[:64]
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else host


async def _take(request: Request, debit: Debit, key: str, route: str, acteur: Acteur | None = None) -> None:
    seconds = await debit.take(key)
    if seconds:
        securite.tell(request, Evenement.TOO_MANY, acteur)
        raise too_many(route, seconds)


def too_many(route: str, seconds: int) -> Problem:
    """The refusal, counted."""
    LIMITED.labels(route).inc()
    detail = f"Trop de requêtes : réessayez dans {seconds} s."
    return Problem(429, "trop-de-requetes", detail, headers={"Retry-After": str(seconds)})
