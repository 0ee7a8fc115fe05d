"""What the outside has been told: every acknowledged write with its version, as a client would write it down."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Written(NamedTuple):
    """A version of a convocation as its answer said; `dates` is empty where it was cancelled."""

    version: int
    dates: tuple[str, ...]


@dataclass(slots=True)
class Ledger:
    """`closings`: the highest revision acknowledged, `sent`: the highest tried, by UAI. `written`: by convocation.

    `asked`: how many writes of a convocation were tried, answered or not; one tried again under its key counts once.
    """

    closings: dict[str, int] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    written: dict[str, list[Written]] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    acknowledged_closings: int = 0
    unanswered: int = 0
    refused: int = 0

    def ask(self, convocation: str) -> None:
        self.asked[convocation] = self.asked.get(convocation, 0) + 1

    def write(self, convocation: str, version: int, dates: tuple[str, ...] = ()) -> None:
        self.written.setdefault(convocation, []).append(Written(version, dates))

    def close(self, uai: str, revision: int) -> None:
        self.closings[uai] = max(revision, self.closings.get(uai, 0))
        self.acknowledged_closings += 1

    @property
    def acknowledged(self) -> int:
        """Writes by HTTP."""
        return sum(map(len, self.written.values()))
