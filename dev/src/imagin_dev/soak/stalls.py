"""How long each right took: from the commit of a version of a convocation until a reader of the topic has its right."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any, NamedTuple

import asyncpg

from imagin_dev.soak.nemesis import Fault
from imagin_dev.soak.watch import Watcher

_VERSIONS = "SELECT convocation_id, version, le FROM convocation_version"


class Wait(NamedTuple):
    """A right that was waited for; the convocation was committed at `since`."""

    since: datetime
    until: datetime
    convocation: str
    version: int

    @property
    def seconds(self) -> float:
        return (self.until - self.since).total_seconds()


@dataclass(slots=True)
class Stall:
    """Waits that overlap are one stall. `excused`: seconds of it in which nobody could go on.

    That is an outage, or faults of every process of a service that overlap.
    """

    since: datetime
    until: datetime
    rights: int
    worst: float
    excused: float
    faults: list[Fault]

    def as_json(self) -> dict[str, Any]:
        return {
            "since": self.since.isoformat(timespec="milliseconds"),
            "seconds": round(self.worst, 1),
            "rights": self.rights,
            "excused_seconds": round(self.excused, 1),
            "faults": [one.as_json() for one in self.faults],
        }


async def waits(convocation_url: str, watcher: Watcher, now: datetime) -> list[Wait]:
    """One of each version ever committed; one that never got its right waits until `now`."""
    connection = await asyncpg.connect(convocation_url)
    try:
        rows = await connection.fetch(_VERSIONS)
    finally:
        await connection.close()
    return [Wait(le, watcher.seen_at(str(key), version) or now, str(key), version) for key, version, le in rows]


def stalls(found: Sequence[Wait], faults: Sequence[Fault], *, over_seconds: float, replicas: int) -> list[Stall]:
    """The stalls in which a right waited longer than `over_seconds`, with the faults that overlap them.

    `replicas`: processes of each service.
    """
    long = sorted(one for one in found if one.seconds > over_seconds)
    made: list[Stall] = []
    for one in long:
        if made and one.since <= made[-1].until:
            made[-1].until = max(made[-1].until, one.until)
            made[-1].rights += 1
            made[-1].worst = max(made[-1].worst, one.seconds)
        else:
            made.append(Stall(one.since, one.until, 1, one.seconds, 0.0, []))
    for stall in made:
        stall.faults = [one for one in faults if one.began < stall.until and one.over > stall.since]
        stall.excused = _excused(stall, replicas)
    return made


def _excused(stall: Stall, replicas: int) -> float:
    """The union of what left nobody to go on, within it."""
    outages = [(one.began, one.over) for one in stall.faults if one.outage]
    total, until = timedelta(), stall.since
    for began, over in sorted([*outages, *_all_down(stall.faults, replicas)]):
        start = max(began, until)
        until = max(until, min(over, stall.until))
        total += max(timedelta(), until - start)
    return total.total_seconds()


def _all_down(faults: Sequence[Fault], replicas: int) -> Iterator[tuple[datetime, datetime]]:
    """When every process of a service was hurt at once, one fault each."""
    of_one = [one for one in faults if one.what.endswith(" a process")]
    for group in combinations(of_one, replicas):
        services = {re.sub(r"-[0-9]+$", "", one.to) for one in group}
        began, over = max(one.began for one in group), min(one.over for one in group)
        if len(services) == 1 and len({one.to for one in group}) == replicas and began < over:
            yield began, over
