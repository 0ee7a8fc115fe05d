"""A clock for the rates."""

import pytest
from limits.aio.storage import memory

from santorin_bridge.web import debit


class Clock:
    """Stands where the rates ask for the time, in seconds; a millisecond goes by from one look to the next."""

    def __init__(self):
        self.now = 1_600_000_000.0

    def time(self):
        self.now += 0.001
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(debit, "time", clock)
    monkeypatch.setattr(memory, "time", clock)
    return clock
