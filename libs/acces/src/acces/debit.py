"""A rate: a moving window by key, of the library `limits` (docs/decisions/0025). Beyond it: 429 with Retry-After.

Rates are counted in the memory of a process: a service of two processes lets through twice as much.
"""

import time
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from prometheus_client import Counter

from acces import securite
from acces.acteur import Acteur
from acces.securite import Evenement
from chassis.problem import Problem

LIMITED = Counter("imagin_http_limited", "Requests refused with 429", ["route"])


class _Window(RateLimitItemPerSecond):
    """`burst` requests in burst / per_second seconds: no more at once, and `per_second` in the long run."""

    __slots__ = ("_seconds",)

    def __init__(self, per_second: float, burst: int) -> None:
        super().__init__(burst)
        self._seconds = burst / per_second

    def get_expiry(self) -> float:  # type: ignore[override]  # may be a fraction: in memory it is only added
        return self._seconds


class Debit:
    """One rate, for each key, in the memory of this process; a refused request costs nothing.

    A key is forgotten when its window is over.
    """

    def __init__(self, *, per_second: float, burst: int) -> None:
        self._window = _Window(per_second, burst)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def take(self, key: str, cost: int = 1) -> int:
        """0 when what costs so much may pass now, else the whole seconds to wait, 1 or more."""
        if await self._limiter.hit(self._window, key, cost=cost):
            return 0
        free_at, _ = await self._limiter.get_window_stats(self._window, key)
        return int(free_at - time.time()) + 1  # the window's last instant still refuses

    async def forget(self, key: str) -> None:
        """As if it had never taken anything."""
        await self._limiter.clear(self._window, key)


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
