"""`imagin bench all`: every benchmark that has a goal, in a quarter of an hour on two cores; one table of medians."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

from imagin_dev.bench.suite import runs
from imagin_dev.bench.suite.runs import Figures
from imagin_ops.output import say

PLAN: dict[str, tuple[Callable[[], Figures], int]] = {
    "main": (partial(runs.main, 4_200, 20), 5),
    "rights": (partial(runs.rights, 50_000, read=False), 3),
    "documents": (partial(runs.documents, 500), 5),
    "latency": (partial(runs.latency, 500, (200, 50)), 3),
    "mails": (partial(runs.mails, 60, render=False), 3),
    "mails_render": (partial(runs.mails, 60, render=True), 1),
    "growth": (partial(runs.growth, 10), 1),
    "start": (runs.start, 1),
    "screens": (partial(runs.screens, 900_000, 200), 1),
}
"""What runs how often. A run of `screens` fills a directory of 900,000 people first."""


class Goal(NamedTuple):
    """Where a figure stands in a benchmark's, and what it is to reach: at least or at most."""

    label: str
    bench: str
    figure: str
    at_least: float | None = None
    at_most: float | None = None

    def met(self, value: float) -> bool:
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"


GOALS = (
    Goal("clôtures → missions, part du tuyau nu", "main", "ratio", at_least=0.85),
    Goal("droits nouveaux, part du tuyau nu", "rights", "ratio.grants", at_least=0.8),
    Goal("droits, une moitié changée, part du tuyau nu", "rights", "ratio.flips", at_least=0.8),
    Goal("mails, part de l’envoi nu", "mails", "ratio", at_least=0.8),
    Goal("mails par seconde", "mails", "product.mails_per_second", at_least=250),
    Goal("page pendant que les PDF se font, p99, fois le calme", "mails_render", "page_ratio_p99", at_most=1.5),
    Goal("un PDF, p50 ms", "documents", "one.p50_ms", at_most=5),
    Goal("PDF par seconde", "documents", "stream_2.per_second", at_least=350),
    Goal("convoquer → droit à 50/s, p50 ms", "latency", "at_50.product.p50_ms", at_most=15),
    Goal("convoquer → droit à 50/s, p99 ms", "latency", "at_50.product.p99_ms", at_most=65),
    Goal("convoquer → droit à 200/s, p50 ms", "latency", "at_200.product.p50_ms", at_most=15),
    Goal("convoquer → droit à 200/s, p99 ms", "latency", "at_200.product.p99_ms", at_most=65),
    Goal("chercher un nom, p99 ms", "screens", "nom.p99_ms", at_most=10),
    Goal("chercher un nom avec une faute, p95 ms", "screens", "nom_avec_une_faute.p95_ms", at_most=25),
    Goal("liste de l’établissement, p95 ms", "screens", "liste_etablissement.p95_ms", at_most=10),
    Goal("liste de l’académie, p95 ms", "screens", "liste_academie.p95_ms", at_most=20),
    Goal("liste de la nation, p95 ms", "screens", "liste_nationale.p95_ms", at_most=40),
    Goal("couverture de la nation, p95 ms", "screens", "couverture_nationale.p95_ms", at_most=60),
    Goal("mémoire des quatre services, Mo", "growth", "anonymous_mb.together", at_most=400),
    Goal("dixième nation, part de la première", "growth", "ratio", at_least=0.9),
    Goal("imagin status, s", "start", "status_seconds", at_most=0.3),
    Goal("quatre services prêts, s", "start", "services_seconds", at_most=3),
)


def every() -> Figures:
    """Medians of each benchmark, and each goal with its figure. `load`: what ran on the machine before."""
    began, load = perf_counter(), os.getloadavg()[0]
    medians: Figures = {}
    took: dict[str, int] = {}
    for name, (run, times) in PLAN.items():
        found, start = [], perf_counter()
        for number in range(times):
            say(f"{name}, {number + 1} / {times} …")
            found.append(run())
        medians[name], took[name] = _median(found), round(perf_counter() - start)
    return {
        "bench": "all",
        "cores": os.cpu_count(),
        "load": round(load, 2),
        "seconds": round(perf_counter() - began),
        "seconds_of": took,
        "runs": {name: times for name, (_, times) in PLAN.items()},
        "medians": medians,
        "goals": [_judged(goal, medians) for goal in GOALS],
    }


def lines(figures: Figures) -> Iterator[str]:
    """The table of goals for people."""
    for one in figures["goals"]:
        yield f"{'✓' if one['met'] else '✗'} {one['label']:54} {one['value']:>9} {one['goal']:>8}"


def _judged(goal: Goal, medians: Figures) -> Figures:
    value: Any = medians[goal.bench]
    for part in goal.figure.split("."):
        value = value[part]
    return {"label": goal.label, "value": value, "goal": str(goal), "met": goal.met(value)}


def _median(found: list[Any]) -> Any:
    """Of each number, wherever it stands; anything else as the first run has it."""
    first = found[0]
    if isinstance(first, dict):
        return {name: _median([one[name] for one in found if name in one]) for name in first}
    if isinstance(first, int | float) and not isinstance(first, bool):
        return round(median(found), 3)
    return first
