"""Cyclades with its real faults: later revisions, records twice, out of order, bad ones; the same for the same seed.

However it gets there, each lycée ends as its closing without faults is, at a higher revision: the missions that must
come out do not depend on the faults.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from chassis.cloudevents import Cause, encode
from imagin_dev.cyclades.bad import CONFLICT, KINDS, NOT_JSON, spoiled
from imagin_dev.cyclades.closings import at_revision, body
from imagin_dev.cyclades.producer import Record

_NAMESPACE = UUID("0f2d7c55-1b8e-5c57-9a43-6c1de0a4b3f9")
_MISTAKEN = {
    "code": "LVB-POR",
    "libelle": "Langue vivante B : portugais",
    "type": "E3C",
    "voie": "COMMUNE",
    "candidats_inscrits": 12,
}


@dataclass(frozen=True, slots=True)
class Faults:
    """Each in percent of the lycées, rounded up; each draws its own, so that changing one leaves the others' alone.

    `revisions`: one or two revisions precede the last; `duplicates`: the last is sent twice; `disorder`: an older
    revision arrives after the last; `bad`: so many bad records, each kind in its turn.
    """

    revisions: int = 0
    duplicates: int = 0
    disorder: int = 0
    bad: int = 0
    seed: int = 1

    @property
    def any(self) -> bool:
        return any((self.revisions, self.duplicates, self.disorder, self.bad))

    def drawn(self, fault: str, uais: Sequence[str], percent: int) -> list[str]:
        count = -(-len(uais) * percent // 100)
        return sorted(uais, key=lambda uai: self.lot(fault, uai))[:count]

    def lot(self, *about: object) -> int:
        return uuid5(_NAMESPACE, "|".join(map(str, (self.seed, *about)))).int


class Sent(NamedTuple):
    """A closing as a CloudEvent in structured mode; `kind` is what is wrong with it, "" where nothing is."""

    event: dict[str, Any]
    kind: str = ""

    @property
    def record(self) -> Record:
        event = self.event
        time = datetime.fromisoformat(event["time"])
        headers = encode(event["type"], event["source"], event["subject"], event["id"], time, Cause())
        value = body(event)
        return Record(event["subject"].encode(), value[:-1] if self.kind == NOT_JSON else value, headers)


@dataclass(frozen=True, slots=True)
class Truth:
    """What must be so once all is read by an installation that had none of it before.

    `applied`, `duplicate`, `stale` as `imagin_events_total` counts them; `bad` by kind, each a dead letter; `missions`:
    active, by type; `revisions`: the last one of each closing ("session|uai").
    """

    lycees: int
    records: int
    applied: int
    duplicate: int
    stale: int
    dead_letters: int
    bad: dict[str, int]
    missions: dict[str, int]
    revisions: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def play(events: Sequence[dict[str, Any]], faults: Faults) -> tuple[list[Sent], Truth]:
    """The closings with `faults`, in the order they are sent, and what must come of them."""
    by_uai = {event["subject"]: event for event in events}
    uais = list(by_uai)
    revised, late, doubled = (
        set(faults.drawn(name, uais, getattr(faults, name))) for name in ("revisions", "disorder", "duplicates")
    )
    histories = {
        uai: _history(event, faults, revised=uai in revised, late=uai in late) for uai, event in by_uai.items()
    }
    lasts = {uai: max(history, key=_revision) for uai, history in histories.items()}
    for uai in doubled:
        histories[uai].append(lasts[uai])
    for number, uai in enumerate(faults.drawn("bad", uais, faults.bad)):
        kind = KINDS[number % len(KINDS)]
        one = Sent(spoiled(kind, lasts[uai].event, number), kind)
        histories.setdefault(uai if kind == CONFLICT else one.event["subject"], []).append(one)
    sent = _mixed(histories, faults) if faults.any else list(chain.from_iterable(histories.values()))
    return sent, _truth(sent, lasts, duplicate=len(doubled), stale=len(late))


def _revision(one: Sent) -> int:
    return int(one.event["data"]["revision"])


def _history(event: dict[str, Any], faults: Faults, *, revised: bool, late: bool) -> list[Sent]:
    """The revisions of a lycée in the order they arrive."""
    uai, first = event["subject"], event["data"]["revision"]
    older = 1 + faults.lot("how many", uai) % 2 if revised else int(late)
    made = [
        at_revision(event, first + number, _before(event["data"]["epreuves"], faults.lot("before", uai, number)))
        for number in range(older)
    ]
    made.append(at_revision(event, first + older))
    if late:
        made.append(made.pop(faults.lot("late", uai) % older))
    return list(map(Sent, made))


def _before(epreuves: list[dict[str, Any]], lot: int) -> list[dict[str, Any]]:
    """As an earlier revision had them: one with another number of candidates, without any, missing, or too many."""
    taken = [place for place, one in enumerate(epreuves) if one["candidats_inscrits"]]
    change, lot = lot % 4, lot // 4
    if change == 0 or not taken:
        return [*epreuves, _MISTAKEN]
    place = taken[lot % len(taken)]
    one = epreuves[place]
    other = {
        1: [],
        2: [one | {"candidats_inscrits": 0}],
        3: [one | {"candidats_inscrits": one["candidats_inscrits"] + 1 + lot // len(taken) % 9}],
    }
    return [*epreuves[:place], *other[change], *epreuves[place + 1 :]]


def _mixed(histories: dict[str, list[Sent]], faults: Faults) -> list[Sent]:
    """The lycées' records among each other, each lycée's own in their order."""
    places = [(faults.lot("place", uai, number), uai) for uai, one in histories.items() for number in range(len(one))]
    waiting = {uai: iter(history) for uai, history in histories.items()}
    return [next(waiting[uai]) for _, uai in sorted(places)]


def _truth(sent: Sequence[Sent], lasts: dict[str, Sent], *, duplicate: int, stale: int) -> Truth:
    bad = {kind: sum(one.kind == kind for one in sent) for kind in KINDS}
    dead = sum(bad.values())
    bodies = [one.event["data"] for one in lasts.values()]
    taken = [sum(epreuve["candidats_inscrits"] > 0 for epreuve in one["epreuves"]) for one in bodies]
    return Truth(
        lycees=len(lasts),
        records=len(sent),
        applied=len(sent) - dead - duplicate - stale,
        duplicate=duplicate,
        stale=stale,
        dead_letters=dead,
        bad={kind: count for kind, count in bad.items() if count},
        missions={"correction": sum(taken), "numerisation": sum(count > 0 for count in taken)},
        revisions={f"{one['session']}|{one['uai']}": one["revision"] for one in bodies},
    )
