"""The way of a convocation as four stages, each with its processes, its figures and its last hour."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from event_schemas.academies import NOMS
from event_schemas.catalogue import INSCRIPTIONS
from francais import nombre, pluriel
from imagin_ops.console.samples import HOUR_SECONDS, STEP_SECONDS, History, Point, Series, Snapshot
from imagin_ops.console.sources import LOOK_SECONDS, Alert
from imagin_ops.console.troubles import Trouble, duration, troubles
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE, SERVICES, ServiceSpec

_TEN_MINUTES = 600.0
_NONE = "—"
_OLD_SECONDS = 4 * LOOK_SECONDS  # a look takes two
_DATABASE, _KAFKA = "imagin_database_up", "imagin_kafka_up"
_Told = Iterator[tuple[str, str, str]]
"""Label, value, and of what the process has it: _DATABASE, _KAFKA, or nothing but itself."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A value in words."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Curve:
    """The last hour: `values` from the oldest to the newest, which is now; `last` and `most` in words."""

    label: str
    values: Sequence[Point]
    last: str
    most: str


@dataclass(frozen=True, slots=True)
class Process:
    """A process of a service: `instance` is its address as measured."""

    instance: str
    up: bool
    leads: bool
    version: str
    since: str
    memory: str
    late: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A service within the flow."""

    service: str
    title: str
    processes: Sequence[Process]
    figures: Sequence[Figure]
    curves: Sequence[Curve]

    @property
    def up(self) -> int:
        """How many of the processes answer."""
        return sum(one.up for one in self.processes)

    @property
    def leader(self) -> str:
        """Where the relay is led, or a dash."""
        return next((one.instance for one in self.processes if one.leads), _NONE)


@dataclass(frozen=True, slots=True)
class Academie:
    """What stands in one académie."""

    name: str
    convocations: int
    cancelled: int
    open: int
    closed: int


@dataclass(frozen=True, slots=True)
class Flow:
    """`at`: seconds since 1970 of the last look, 0 before the first; `silent`: why nothing newer is known, or None.

    `academies_seen`: « il y a 40 s » where convocation has not been able to count them since.
    """

    at: float
    silent: str | None
    troubles: Sequence[Trouble]
    stages: Sequence[Stage]
    academies: Sequence[Academie]
    academies_seen: str = ""

    @property
    def seen(self) -> str:
        """« il y a 40 s » where the last look is older than looks are; else empty."""
        seconds = time.time() - self.at
        return _ago(seconds) if self.at and seconds > _OLD_SECONDS else ""

    @property
    def critical(self) -> bool:
        """Something is red."""
        return self.silent is not None or any(one.critical for one in self.troubles)

    @property
    def sentence(self) -> str:
        """The whole in a few words."""
        if self.silent:
            return self.silent
        if not self.at:
            return "Rien n’a encore été vu"
        if not self.troubles:
            return "Tout va bien"
        return pluriel(len(self.troubles), "chose à regarder", "choses à regarder")


def flow(history: History, alerts: Sequence[Alert] = (), silent: str | None = None) -> Flow:
    """What the measures say now."""
    now = history.now
    stages = [_stage(history, service) for service in SERVICES]
    found = troubles(history, alerts) if now.at else []
    old = history.unknown_seconds(CONVOCATION.name, _DATABASE) if now.at else 0.0
    return Flow(now.at, silent, found, stages, list(_academies(now)), _ago(old) if old else "")


def _stage(history: History, service: ServiceSpec) -> Stage:
    title, figures = _STAGES[service]
    name, now = service.name, history.now
    processes = [_process(now, series, up=bool(value)) for series, value in sorted(now.find("up", name))]
    told = [*figures(history), *_common(history, name)]
    unknown = {"": 0.0 if now.answers(name) else math.inf}
    unknown |= {part: history.unknown_seconds(name, part) for part in (_DATABASE, _KAFKA)}
    shown = [Figure(label, _dated(value, max(unknown[""], unknown[of]))) for label, value, of in told]
    return Stage(name, title, processes, shown, _curves(history, service))


def _dated(value: str, seconds: float) -> str:
    """With its age, where it is not of now; a dash where nobody knows it."""
    if math.isinf(seconds):
        return _NONE
    return f"{value} ({_ago(seconds)})" if seconds else value


def _ago(seconds: float) -> str:
    return f"il y a {duration(seconds)}" if math.isfinite(seconds) else "depuis plus d’une heure"


def _import(history: History) -> _Told:
    now = history.now
    waiting = now.total_of_most("imagin_clotures", "academie", etat="A_VALIDER")
    refused = now.total_of_most("imagin_clotures", "academie", etat="REFUSEE")
    read = history.rate("imagin_events_total", MISSION_IMPORT.name, topic=INSCRIPTIONS)
    yield "clôtures lues", _per_minute(read), ""
    yield "clôtures à valider", _count(waiting), _DATABASE
    yield "clôtures refusées", _count(refused), _DATABASE


def _convocation(history: History) -> _Told:
    now = history.now
    open_ = now.total_of_most("imagin_etablissements", "academie", etat="ouvert")
    closed = now.total_of_most("imagin_etablissements", "academie", etat="ferme")
    active = now.total_of_most("imagin_convocations", "academie", status="ACTIVE")
    yield "événements lus", _per_minute(history.rate("imagin_events_total", CONVOCATION.name)), ""
    yield "convocations actives", _count(active), _DATABASE
    yield "établissements ouverts", f"{_count(open_)} sur {_count(open_ + closed)}", _DATABASE


def _santorin(history: History) -> _Told:
    now, name = history.now, SANTORIN_BRIDGE.name
    seconds, rights = (
        history.growth(f"imagin_convocation_to_santorin_seconds_{part}", name, _TEN_MINUTES)
        for part in ("sum", "count")
    )
    sent = history.rate("imagin_convocation_to_santorin_seconds_count", name)
    yield "droits transmis", _per_minute(sent), ""
    yield "d’une convocation à SANTORIN", f"{nombre(round(seconds / rights, 2))} s" if rights else _NONE, ""
    yield "réponses de SANTORIN", _per_minute(history.rate("imagin_accuses_total", name)), ""
    yield "droits sans réponse", _single(now, "imagin_accuses_attendus", name), _DATABASE
    yield "droits refusés", _single(now, "imagin_habilitations_refusees", name), _DATABASE


def _mails(history: History) -> _Told:
    now, name = history.now, NOTIFIER.name
    known = "une heure" if history.seconds > HOUR_SECONDS - 2 * STEP_SECONDS else duration(history.seconds)
    yield "mails envoyés", _per_minute(history.rate("imagin_emails_total", name, result="SENT")), ""
    for result, label in (("SENT", "envoyés"), ("FAILED", "en échec"), ("BOUNCED", "revenus")):
        yield f"{label} en {known}", _count(history.growth("imagin_emails_total", name, result=result)), ""
    for host, count in now.by("host", "imagin_mails_waiting", name).items():
        yield f"en attente ({host})", _count(count), _DATABASE
    yield "le plus ancien attend", _age(now.most("imagin_mails_oldest_age_seconds", name)), _DATABASE


def _common(history: History, name: str) -> _Told:
    now = history.now
    yield "à lire", _count(now.unread(name)), _KAFKA
    for source, count in now.by("source", "imagin_outbox_pending", name).items():
        oldest = now.most("imagin_outbox_oldest_age_seconds", name, source=source)
        label = "droits à publier" if source == "habilitations" else "à écrire (outbox)"
        yield label, f"{_count(count)}, depuis {duration(oldest)}" if count else _count(count), _DATABASE
    yield "lettres mortes", _single(now, "imagin_dlq_messages", name), _DATABASE


_STAGES: dict[ServiceSpec, tuple[str, Callable[[History], _Told]]] = {
    MISSION_IMPORT: ("Import", _import),
    CONVOCATION: ("Convocation", _convocation),
    SANTORIN_BRIDGE: ("SANTORIN", _santorin),
    NOTIFIER: ("Mails", _mails),
}
_RATES: dict[ServiceSpec, tuple[str, str, dict[str, str]]] = {
    MISSION_IMPORT: ("clôtures par minute", "imagin_events_total", {"topic": INSCRIPTIONS}),
    CONVOCATION: ("événements écrits par minute", "imagin_relay_sent_total", {}),
    SANTORIN_BRIDGE: ("droits par minute", "imagin_convocation_to_santorin_seconds_count", {}),
    NOTIFIER: ("mails par minute", "imagin_emails_total", {"result": "SENT"}),
}


def _curves(history: History, service: ServiceSpec) -> list[Curve]:
    label, counter, labels = _RATES[service]
    rates = history.rates(counter, service.name, **labels)
    waiting = [(look.at, _waiting(look, service.name)) for look in (*history.hour, history.now) if look.at]
    what = "en attente, mails compris" if service is NOTIFIER else "en attente, à lire ou à écrire"
    return [_curve(label, [(at, one and 60 * one) for at, one in rates]), _curve(what, waiting)]


def _curve(label: str, values: list[Point]) -> Curve:
    last = values[-1][1] if values else None
    known = [one for _, one in values if one is not None]
    return Curve(label, values, _NONE if last is None else _count(last), _count(max(known, default=0.0)))


def _waiting(look: Snapshot, job: str) -> float | None:
    """What every process reads of the same tables, and what is unread; nothing while the tables cannot be asked."""
    if not look.knows(job, _DATABASE):
        return None
    return (
        look.unread(job)
        + look.total_of_most("imagin_outbox_pending", "source", job)
        + look.total_of_most("imagin_mails_waiting", "host", job)
    )


def _process(now: Snapshot, up_: Series, *, up: bool) -> Process:
    job, instance = up_.job, up_.instance

    def one(name: str) -> float:
        return next((value for series, value in now.find(name, job) if series.instance == instance), 0.0)

    built = next((series for series, _ in now.find("imagin_build_info", job) if series.instance == instance), None)
    started, memory = one("process_start_time_seconds"), one("process_resident_memory_bytes")
    late = one("imagin_event_loop_lag_seconds")
    return Process(
        instance=instance,
        up=up,
        leads=bool(one("imagin_relay_leader")),
        version=built.label("version") if built else _NONE,
        since=duration(now.at - started) if started else _NONE,
        memory=f"{nombre(round(memory / 1e6))} Mo" if memory else _NONE,
        late=f"{nombre(round(1_000 * late))} ms" if built else _NONE,
    )


def _academies(now: Snapshot) -> Iterator[Academie]:
    def most(name: str, code: str, **labels: str) -> int:
        return round(now.most(name, academie=code, **labels))

    for code in now.by("academie", "imagin_etablissements") | now.by("academie", "imagin_convocations"):
        yield Academie(
            NOMS.get(code, code),
            most("imagin_convocations", code, status="ACTIVE"),
            most("imagin_convocations", code, status="CANCELLED"),
            most("imagin_etablissements", code, etat="ouvert"),
            most("imagin_etablissements", code, etat="ferme"),
        )


def _count(value: float) -> str:
    return nombre(round(value))


def _single(now: Snapshot, name: str, job: str) -> str:
    """Of a metric without labels, which every process of this release has."""
    return _count(now.most(name, job)) if any(now.find(name, job)) else _NONE


def _per_minute(a_second: float) -> str:
    return f"{_count(60 * a_second)} par minute"


def _age(seconds: float) -> str:
    return duration(seconds) if seconds else _NONE
