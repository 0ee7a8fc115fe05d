"""A rate limit: token buckets by key, in the memory of one process. Time is passed in, in whole nanoseconds.

Ours rather than a library: what we need is one sum a request. `limits` reads the clock itself, starts a thread to
forget and sets no bound to the keys it holds.
"""

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network

SECOND = 1_000_000_000


class Debit:
    """`burst` requests at once, `per_second` in the long run, for each key; a refused request costs nothing.

    A bucket is one number, the time at which it is full again. Of more than `keys` buckets the one that was asked the
    longest ago is forgotten: it is full again after burst / per_second seconds anyway.
    """

    def __init__(self, *, per_second: int, burst: int, keys: int = 10_000) -> None:
        self._cost = SECOND // per_second
        self._capacity = self._cost * burst
        self._keys = keys
        self._full_at: OrderedDict[str, int] = OrderedDict()

    def take(self, key: str, now: int) -> int:
        """0 when a request of `key` may pass at `now` (ns, monotonic), else the whole seconds to wait, 1 or more."""
        full_at = max(self._full_at.pop(key, now), now)
        missing = full_at + self._cost - now - self._capacity
        self._full_at[key] = full_at if missing > 0 else full_at + self._cost
        if len(self._full_at) > self._keys:
            self._full_at.popitem(last=False)
        return max(0, -(-missing // SECOND))

    def __len__(self) -> int:
        """How many buckets are held."""
        return len(self._full_at)


def peer(host: str) -> str:
    """The key of an address: an IPv6 one by its /64, of which a single subscriber has every address."""
    try:
        address = ip_address(host)
    except ValueError:
        return host[:64]
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else host
