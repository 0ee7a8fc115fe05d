"""`imagin bench gate`: short benchmarks beside the ratios that were recorded; CI fails where one got slower (0070).

A ratio is of CPU seconds where the benchmark has them: a neighbour on the machine moves seconds much more.
"""

import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from importlib.resources import files
from typing import NamedTuple

from imagin_dev.bench.suite import runs
from imagin_dev.bench.suite.runs import Figures
from imagin_ops.output import say

_TIMES = 5
_MAJORITY = 3
_ALLOWED = 0.9


Ratio = Callable[[Figures], float]


class Gate(NamedTuple):
    """A benchmark, and the ratios of it that are judged: bare work beside product's work, the higher the better."""

    run: Callable[[], Figures]
    ratios: Mapping[str, Ratio]


GATES = (
    Gate(partial(runs.main, 2_000, 20), {"main": lambda found: float(found["cpu_ratio"])}),
    Gate(
        partial(runs.rights, 20_000, read=False),
        {
            "rights": lambda found: float(found["cpu_ratio"]["grants"]),
            "rights_changed": lambda found: float(found["cpu_ratio"]["flips"]),
        },
    ),
    Gate(partial(runs.documents, 200), {"documents": lambda found: float(found["stream_1"]["ratio"])}),
    Gate(partial(runs.latency, 200, (200, 50)), {"latency": lambda found: float(found["at_50"]["cpu_ratio"])}),
)


def recorded() -> dict[str, float]:
    """The ratios to hold, by name."""
    text = files("imagin_dev.bench.suite").joinpath("recorded.toml").read_text(encoding="utf-8")
    return {name: float(ratio) for name, ratio in tomllib.loads(text)["ratio"].items()}


def holds(gates: tuple[Gate, ...] = GATES) -> bool:
    """Whether each ratio is at least nine tenths of the recorded one in most of up to five runs."""
    to_hold = recorded()
    judged = [_holds(gate, to_hold) for gate in gates]  # all of them are told
    return all(judged)


def _holds(gate: Gate, to_hold: Mapping[str, float]) -> bool:
    found: dict[str, list[float]] = {name: [] for name in gate.ratios}
    for _ in range(_TIMES):
        figures = gate.run()
        for name, ratio in gate.ratios.items():
            found[name].append(ratio(figures))
        good = [[one >= to_hold[name] * _ALLOWED for one in ratios] for name, ratios in found.items()]
        if all(max(one.count(True), one.count(False)) >= _MAJORITY for one in good):
            break
    for name, ratios in found.items():
        told = ", ".join(f"{one:.3f}" for one in ratios)
        say(f"bench {name} : {told} (noté {to_hold[name]:.3f}, au moins {to_hold[name] * _ALLOWED:.3f})")
    return all(one.count(True) >= _MAJORITY for one in good)
