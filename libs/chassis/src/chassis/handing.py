"""What this process wrote lately, kept in memory for its own relay while that leads (docs/decisions/0066).

The writer draws a random number for a lot and writes it into the lot's rows. So rows that are found committed under a
number are those in memory, whatever else was rolled back, written by others or restored meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Handed(Generic[T]):
    """Lots by their number. `leads`: whether the relay of this process leads; else nothing is worth keeping."""

    MAX_BYTES = 16 * 1024 * 1024

    def __init__(self) -> None:
        self.leads = False
        self._lots: dict[int, T] = {}
        self._bytes: dict[int, int] = {}
        _all.append(self)

    def __bool__(self) -> bool:
        return bool(self._lots)

    def put(self, number: int, lot: T, octets: int) -> None:
        """Keep a lot of that size; the oldest lots make room."""
        self._lots[number], self._bytes[number] = lot, octets
        while sum(self._bytes.values()) > self.MAX_BYTES:
            self.drop(next(iter(self._lots)))

    def get(self, number: int) -> T | None:
        return self._lots.get(number)

    def take(self, number: int) -> T | None:
        """The lot of this number, once."""
        lot = self._lots.get(number)
        self.drop(number)
        return lot

    def drop(self, number: int) -> None:
        """Forget the lot of this number, where there is one."""
        self._lots.pop(number, None)
        self._bytes.pop(number, None)

    def clear(self) -> None:
        self._lots.clear()
        self._bytes.clear()


_all: list[Handed[Any]] = []


@contextmanager
def handing_over() -> Iterator[None]:
    """While the relay of this process leads: what is written meanwhile is kept in memory for it."""
    for one in _all:
        one.leads = True
    try:
        yield
    finally:
        for one in _all:
            one.leads = False
            one.clear()
