"""`imagin bench gate`: short benchmarks beside the ratios that were recorded; CI fails where one got slower (0070).

A ratio is of CPU seconds where the benchmark has them: a neighbour on the machine moves seconds much more.
"""

import tomllib
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from typing import NamedTuple

from imagin_dev.bench.suite import runs
from imagin_dev.bench.suite.runs import Figures
from imagin_ops.output import say

_TIMES = 5
_MAJORITY = 3
_ALLOWED = 0.9


class Gate(NamedTuple):
    """A benchmark and the ratio of it that is judged: product's work beside bare work, the higher the better."""

    name: str
    run: Callable[[], Figures]
    ratio: Callable[[Figures], float]


GATES = (
    Gate("main", partial(runs.main, 2_000, 20), lambda found: float(found["cpu_ratio"])),
    Gate("rights", partial(runs.rights, 20_000), lambda found: float(found["cpu_ratio"]["grants"])),
    Gate("documents", partial(runs.documents, 200), lambda found: float(found["stream_1"]["ratio"])),
)


def recorded() -> dict[str, float]:
    """The ratios to hold, by benchmark."""
    text = files("imagin_dev.bench.suite").joinpath("recorded.toml").read_text(encoding="utf-8")
    return {name: float(ratio) for name, ratio in tomllib.loads(text)["ratio"].items()}


def holds(gates: tuple[Gate, ...] = GATES) -> bool:
    """Whether each benchmark reaches nine tenths of its recorded ratio in most of up to five runs."""
    to_hold = recorded()
    judged = [_holds(gate, to_hold[gate.name]) for gate in gates]  # all of them are told
    return all(judged)


def _holds(gate: Gate, ratio: float) -> bool:
    found: list[float] = []
    least = ratio * _ALLOWED
    while len(found) < _TIMES:
        found.append(gate.ratio(gate.run()))
        good = sum(one >= least for one in found)
        if _MAJORITY in {good, len(found) - good}:
            break
    say(f"bench {gate.name} : {', '.join(f'{one:.3f}' for one in found)} (noté {ratio:.3f}, au moins {least:.3f})")
    return good >= _MAJORITY
