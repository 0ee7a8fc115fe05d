"""Measures as Prometheus gives them: what a series is, what was seen at one moment, and the last hour of it."""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, Self

HOUR_SECONDS = 3_600.0
STEP_SECONDS = 30.0
"""Between two points of the curves."""

Point = tuple[float, float | None]
"""Of a curve: when (seconds since 1970), and the value where it is known."""

_MINUTE = 60.0
_RECENT_SECONDS = 130.0  # every look is kept as long: rates of a minute need it


class Series(NamedTuple):
    """A metric of one process: `labels` are its own, sorted, without job and instance."""

    name: str
    job: str
    instance: str
    labels: tuple[tuple[str, str], ...] = ()

    def label(self, name: str) -> str:
        """Its value, empty without one."""
        return dict(self.labels).get(name, "")


@lru_cache(maxsize=20_000)
def _shared(series: Series) -> Series:
    """The same object for equal ones: an hour of looks has each of them two hundred times."""
    return series


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All series as they were `at` a moment (seconds since 1970), by the name of their metric."""

    at: float
    metrics: Mapping[str, Mapping[Series, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, at: float, samples: Iterable[tuple[Series, float]]) -> Self:
        """Of all that was seen."""
        metrics: dict[str, dict[Series, float]] = {}
        for series, value in samples:
            metrics.setdefault(series.name, {})[_shared(series)] = value
        return cls(at, metrics)

    def find(self, name: str, job: str = "", **labels: str) -> Iterator[tuple[Series, float]]:
        """The series of a metric, of one job or of all, that have these labels."""
        wanted = labels.items()
        for series, value in self.metrics.get(name, {}).items():
            if job in {"", series.job} and (not wanted or wanted <= set(series.labels)):
                yield series, value

    def unread(self, job: str = "", **labels: str) -> float:
        """Records that readers have not read; a partition counts once, whoever tells of it."""
        return _unread(self, job, tuple(labels.items()))

    def saw(self, job: str, instance: str) -> bool:
        """Whether the process answered."""
        return self.metrics.get("up", {}).get(Series("up", job, instance)) == 1.0

    def answers(self, job: str) -> bool:
        """Whether a process of the job does."""
        return any(value for _, value in self.find("up", job))

    def knows(self, job: str, part: str) -> bool:
        """Whether a process of the job answers that `part` answers: imagin_database_up or imagin_kafka_up.

        Where it is asked, a process of a release without that metric is believed.
        """
        without = {series.instance for series, value in self.find(part, job) if not value}
        return any(value and series.instance not in without for series, value in self.find("up", job))

    def total(self, name: str, job: str = "", **labels: str) -> float:
        """The sum of what each process says; 0 of nothing."""
        return sum(value for _, value in self.find(name, job, **labels))

    def most(self, name: str, job: str = "", **labels: str) -> float:
        """The largest of what each process says; 0 of nothing. For what all of them read from one database."""
        return max((value for _, value in self.find(name, job, **labels)), default=0.0)

    def total_of_most(self, name: str, label: str, job: str = "", **labels: str) -> float:
        """The sum over a label of the largest of what each process says."""
        return sum(self.by(label, name, job, **labels).values())

    def by(self, label: str, name: str, job: str = "", **labels: str) -> dict[str, float]:
        """The largest value of each value of a label."""
        found: dict[str, float] = {}
        for series, value in self.find(name, job, **labels):
            key = series.label(label)
            found[key] = max(value, found.get(key, value))
        return dict(sorted(found.items()))


@lru_cache(maxsize=5_000)  # of every look it is asked again and again
def _unread(snapshot: Snapshot, job: str, labels: tuple[tuple[str, str], ...]) -> float:
    places: dict[tuple[tuple[str, str], ...], float] = {}
    for series, value in snapshot.find("imagin_consumer_lag", job, **dict(labels)):
        places[series.labels] = max(value, places.get(series.labels, value))
    return sum(places.values())


class History:
    """Every look of the last two minutes, and one each half minute of the last hour."""

    def __init__(self) -> None:
        self._recent: deque[Snapshot] = deque()
        self._hour: deque[Snapshot] = deque()

    def add(self, snapshot: Snapshot) -> None:
        """The newest one. Looks of a later time are forgotten: the clock was put back."""
        for kept in (self._recent, self._hour):
            while kept and kept[-1].at >= snapshot.at:
                kept.pop()
        self._recent.append(snapshot)
        if not self._hour or snapshot.at - self._hour[-1].at >= STEP_SECONDS:
            self._hour.append(snapshot)
        for kept, seconds in ((self._recent, _RECENT_SECONDS), (self._hour, HOUR_SECONDS)):
            while kept[0].at < snapshot.at - seconds:
                kept.popleft()

    @property
    def now(self) -> Snapshot:
        """The last look; an empty one before the first."""
        return self._recent[-1] if self._recent else Snapshot(0.0)

    @property
    def hour(self) -> Sequence[Snapshot]:
        """The points of the curves, the oldest first."""
        return self._hour

    def rate(self, name: str, job: str = "", seconds: float = _MINUTE, **labels: str) -> float:
        """By how much a counter grew a second, over the last `seconds` or what there is of them."""
        return _rate(self.since(seconds), name, job, labels)

    def growth(self, name: str, job: str = "", seconds: float = HOUR_SECONDS, **labels: str) -> float:
        """By how much a counter grew within the last `seconds` or what there is of them."""
        return _growth(self.since(seconds), name, job, labels)

    def rates(self, name: str, job: str, **labels: str) -> list[Point]:
        """By how much a counter grew a second: between each two points of the last hour, and within the last minute.

        Nothing where no process of the job answered.
        """
        found: list[Point] = [
            (other.at, _growth((one, other), name, job, labels) / (other.at - one.at) if other.answers(job) else None)
            for one, other in pairwise(self._hour)
        ]
        if len(self._recent) > 1:
            found.append(
                (self.now.at, _rate(self.since(_MINUTE), name, job, labels) if self.now.answers(job) else None)
            )
        return found

    @property
    def seconds(self) -> float:
        """How much of the last hour is known."""
        return self.now.at - self._hour[0].at if self._hour else 0.0

    def unknown_seconds(self, job: str, part: str) -> float:
        """How long ago a process of the job last had answers of `part`; inf where that is longer than anybody knows."""
        looks = (*reversed(self._recent), *reversed(self._hour))
        return next((self.now.at - one.at for one in looks if one.knows(job, part)), math.inf)

    def unanswered(self, asked: tuple[str, str], answered: tuple[str, str]) -> tuple[float, float]:
        """Seconds since the first growth of the counter `asked` (name, job) after which `answered` has not grown.

        And how much `asked` has grown since; 0 and 0 of none.
        """
        since = grown = 0.0
        for looks in pairwise(self._recent):
            if _growth(looks, *answered, {}):
                since = grown = 0.0
            elif new := _growth(looks, *asked, {}):
                since, grown = since or looks[1].at, grown + new
        return (self.now.at - since if since else 0.0), grown

    def since(self, seconds: float) -> Sequence[Snapshot]:
        """Looks from so long ago on, the newest last: all of them within two minutes, beyond that one each half."""
        kept = self._recent if seconds <= _RECENT_SECONDS else self._hour
        looks = [one for one in kept if one.at >= self.now.at - seconds]
        return looks if looks and looks[-1] is self.now else [*looks, self.now]


def _rate(looks: Sequence[Snapshot], name: str, job: str, labels: Mapping[str, str]) -> float:
    seconds = looks[-1].at - looks[0].at
    return _growth(looks, name, job, labels) / seconds if seconds else 0.0


def _growth(looks: Sequence[Snapshot], name: str, job: str, labels: Mapping[str, str]) -> float:
    """Of a counter, over all series, from look to look.

    What a process began anew grew from 0, as did a series that a process which was there did not have before.
    """
    grown = 0.0
    for before, after in pairwise(looks):
        known = before.metrics.get(name, {})
        for series, value in after.find(name, job, **labels):
            old = known.get(series, 0.0)
            if series in known or before.saw(series.job, series.instance):
                grown += value - old if value >= old else value
    return grown
