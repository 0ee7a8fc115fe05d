"""A rate: a moving window by key, of the library `limits` (docs/decisions/0025)."""

import time

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter


class _Window(RateLimitItemPerSecond):
    """`burst` requests in burst / per_second seconds: no more at once, and `per_second` in the long run."""

    __slots__ = ("_seconds",)

    def __init__(self, per_second: int, burst: int) -> None:
        super().__init__(burst)
        self._seconds = burst / per_second

    def get_expiry(self) -> float:  # type: ignore[override]  # may be a fraction: in memory it is only added
        return self._seconds


class Debit:
    """One rate, for each key, in the memory of this process; a refused request costs nothing.

    A key is forgotten when its window is over.
    """

    def __init__(self, *, per_second: int, burst: int) -> None:
        self._window = _Window(per_second, burst)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def take(self, key: str) -> int:
        """0 when a request of `key` may pass now, else the whole seconds to wait, 1 or more."""
        if await self._limiter.hit(self._window, key):
            return 0
        free_at, _ = await self._limiter.get_window_stats(self._window, key)
        return int(free_at - time.time()) + 1  # the window's last instant still refuses
