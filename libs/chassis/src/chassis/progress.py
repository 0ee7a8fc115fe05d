"""Whether readers get on: how much each partition has unread, and for how long its position has not moved."""

import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import structlog

from chassis.metrics import CONSUMER_LAG, CONSUMER_PARTITIONS, CONSUMER_STANDING_SECONDS

log = structlog.get_logger()
TOLD_SECONDS = 30.0  # no batch takes as long, no rebalance either; told again as often
STUCK_SECONDS = 120.0


class Reading(NamedTuple):
    """One partition as its reader sees it now. `unread`: records to its end, None before any answer.

    `fetched_at`: when a broker last answered (time.time), None before; `busy`: a batch is in hand; `held`: a
    transaction that nobody ends stands before what is unread.
    """

    group: str
    topic: str
    partition: int
    position: int | None
    unread: int | None
    fetched_at: float | None
    busy: bool
    held: bool = False


class Progress:
    """Follows the readings of one process, which reads for `groups`."""

    def __init__(self, groups: Sequence[str]) -> None:
        self._groups = groups
        self._moved: dict[tuple[str, str, int], tuple[int | None, float]] = {}
        self._told: dict[tuple[str, str, int], float] = {}
        self.stuck: str | None = None

    def look(self, readings: Sequence[Reading]) -> None:
        """Set the metrics, log who stands still. `stuck`: a group that is answered, has no batch in hand and stands."""
        now = time.time()
        CONSUMER_LAG.clear()
        CONSUMER_STANDING_SECONDS.clear()
        self.stuck = None
        partitions = Counter(one.group for one in readings)
        for group in self._groups:
            CONSUMER_PARTITIONS.labels(group).set(partitions[group])
        moved = {}
        for one in readings:
            key = (one.group, one.topic, one.partition)
            before = self._moved.get(key)
            moved[key] = before if before and before[0] == one.position and one.unread != 0 else (one.position, now)
            self._measure(one, key, now - moved[key][1], now)
        self._moved = moved

    def _measure(self, one: Reading, key: tuple[str, str, int], standing: float, now: float) -> None:
        unanswered = now - one.fetched_at if one.fetched_at else standing
        seconds = max(standing, unanswered)
        CONSUMER_LAG.labels(*key).set(one.unread or 0)
        CONSUMER_STANDING_SECONDS.labels(*key).set(seconds)
        if seconds < TOLD_SECONDS:
            self._told.pop(key, None)
            return
        answered = unanswered < TOLD_SECONDS
        if answered and not one.busy and not one.held and seconds > STUCK_SECONDS:
            self.stuck = one.group
        if now - self._told.get(key, 0.0) >= TOLD_SECONDS:
            self._told[key] = now
            log.error(
                "consumer.stands_still",
                group=one.group,
                topic=one.topic,
                partition=one.partition,
                offset=one.position,
                seconds=round(seconds),
                cause=_cause(one, answered=answered),
            )


def _cause(one: Reading, *, answered: bool) -> str:
    if one.busy:
        return "the batch is tried again"
    if one.held:
        return "a producer's transaction is open"
    return "nothing is read" if answered else "no broker answers"
