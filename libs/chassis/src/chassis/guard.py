"""The version guard: which states of a batch are news, against what is held of each aggregate (docs/decisions/0001)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from chassis.cloudevents import Dead, Event


class Known(NamedTuple):
    """The version a service has of an aggregate, and the hash of its content.

    `own`: the version of what the service itself tells of it, where it counts one.
    """

    version: int
    hash: str
    own: int = 0


@dataclass(slots=True)
class Outcome:
    """What became of the records of a batch."""

    applied: list[Event] = field(default_factory=list)
    dead: list[Dead] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


class Verdict(StrEnum):
    """What the version guard says of one state, against what is held of its aggregate."""

    APPLIED = "applied"
    STALE = "stale"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


def verdict(version: int, hash_: str, held: Known | None) -> Verdict:
    """Version guard: a higher version applies, same or lower is known, same with another hash is a fork (0001)."""
    if held is None or version > held.version:
        return Verdict.APPLIED
    if version < held.version:
        return Verdict.STALE
    return Verdict.DUPLICATE if hash_ == held.hash else Verdict.CONFLICT


def guard(events: Sequence[Event], known: dict[str, Known], outcome: Outcome) -> list[Event]:
    """The events that `verdict` lets through; those known are counted, a fork is dead.

    `known` is brought up to date with what is let through.
    """
    passed = []
    for event in events:
        said = verdict(event.version, event.hash, known.get(event.aggregate))
        if said is Verdict.APPLIED:
            known[event.aggregate] = Known(event.version, event.hash)
            passed.append(event)
            continue
        outcome.counts[said.value] += 1
        if said is Verdict.CONFLICT:
            reason = "same version, other content"
            outcome.dead.append(Dead(event.record, "CONFLICT", reason, event.aggregate, event.version))
    return passed
