"""The gate of speed, with invented benchmarks: what it lets pass, what not, and that goals name what there is."""

from collections.abc import Iterator

import pytest

from imagin_dev.bench.suite import every, gate
from imagin_dev.bench.suite.gate import GATES, Gate

RECORDED = gate.recorded()["main"]
SLOW, GOOD = RECORDED * 0.85, RECORDED * 0.95


@pytest.fixture
def runs() -> list[float]:
    return []


def invented(ratios: list[float], seen: list[float]) -> tuple[Gate]:
    """A benchmark that gives these ratios one after the other, and tells which were asked for."""
    given: Iterator[float] = iter(ratios)

    def run() -> dict[str, float]:
        seen.append(next(given))
        return {"ratio": seen[-1]}

    return (Gate(run, {"main": lambda found: found["ratio"]}),)


def test_three_good_runs_are_enough(runs: list[float]) -> None:
    assert gate.holds(invented([GOOD] * 5, runs))
    assert len(runs) == 3


def test_noise_in_two_of_five_runs_holds_nobody_up(runs: list[float]) -> None:
    assert gate.holds(invented([SLOW, GOOD, SLOW, GOOD, GOOD], runs))


def test_ten_percent_slower_three_times_fails(runs: list[float]) -> None:
    assert not gate.holds(invented([SLOW, GOOD, SLOW, SLOW, GOOD], runs))
    assert len(runs) == 4


def test_each_ratio_of_the_gate_is_recorded() -> None:
    assert gate.recorded().keys() == {name for one in GATES for name in one.ratios}


@pytest.mark.parametrize("slow", ["main", "rights"])
def test_of_two_ratios_of_one_benchmark_each_is_held(slow: str) -> None:
    recorded = gate.recorded()

    def ratio(name: str) -> float:
        return recorded[name] * (0.85 if name == slow else 0.95)

    both = Gate(dict, {"main": lambda _: ratio("main"), "rights": lambda _: ratio("rights")})
    assert not gate.holds((both,))


def test_a_benchmark_is_run_until_each_of_its_ratios_is_judged(runs: list[float]) -> None:
    [one] = invented([GOOD, SLOW, GOOD, SLOW, GOOD], runs)
    assert gate.holds((one._replace(ratios={"main": one.ratios["main"], "rights": lambda _: 9.0}),))
    assert len(runs) == 5


def test_a_slow_benchmark_does_not_hide_the_next(runs: list[float]) -> None:
    first, second = invented([SLOW] * 3, runs), invented([GOOD] * 3, runs)
    assert not gate.holds(first + second)
    assert len(runs) == 6


def test_each_goal_names_a_benchmark_of_the_plan() -> None:
    assert {goal.bench for goal in every.GOALS} == every.PLAN.keys()


def test_a_table_of_medians_says_what_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    given = iter([1.0, 9.0, 4.0])
    monkeypatch.setattr(every, "PLAN", {"start": (lambda: {"status_seconds": next(given)}, 3)})
    monkeypatch.setattr(every, "GOALS", (every.Goal("imagin status, s", "start", "status_seconds", at_most=4),))

    found = every.every()

    assert found["goals"] == [{"label": "imagin status, s", "value": 4.0, "goal": "≤ 4", "met": True}]
    assert [line.split() for line in every.lines(found)] == [["✓", "imagin", "status,", "s", "4.0", "≤", "4"]]
