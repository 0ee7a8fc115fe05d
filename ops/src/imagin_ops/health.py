"""How an installation is: everybody is asked at the same time, and nobody is waited for longer than some seconds."""

import asyncio
import re
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple, TypeVar

import asyncpg

from chassis.database import Connection, Row
from chassis.waiting import Waiting
from imagin_ops import asking
from imagin_ops.asking import Answer
from imagin_ops.connections import NoAnswer, connected
from imagin_ops.readers import Unread, groups_of
from imagin_ops.running import Installation
from imagin_ops.services import SANTORIN_BRIDGE, ServiceSpec
from imagin_ops.waiting import waiting
from santorin_bridge.waiting import Silence, silence

ASKED_SECONDS = 6.0
_HTTP_SECONDS = 4.0
_DATE_SECONDS = timedelta(seconds=2)  # a Date has no fractions, and uvicorn writes it once a second
_STANDING_SECONDS = 30.0
_OUTBOX_SECONDS = 60.0
_DEAD = "SELECT count(*) AS dead FROM dead_letter WHERE state IN ('OPEN', 'RETRY')"
_OURS = "# TYPE imagin_"
_STANDING = re.compile(r"^imagin_consumer_standing_seconds\{(.*)\} (\S+)", re.MULTILINE)
_OUTBOX_AGE = re.compile(r"^imagin_outbox_oldest_age_seconds\{.*\} (\S+)", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="([^"]*)"')

T = TypeVar("T")
Place = tuple[str, str, int]
"""Group, topic, partition."""


class _Dead(Row):
    dead: int


class Reader(NamedTuple):
    """A partition that is not read: `seconds` its reader has stood still, or the oldest record has waited.

    `records` that wait; None where Kafka does not say.
    """

    group: str
    topic: str
    partition: int
    records: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Replica:
    """A process of a service: `health` is its own word, or « muet ».

    `clock_seconds`: how far its clock is from ours.
    """

    url: str
    health: str
    clock_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Metrics:
    """What a process measures, at its port for operators; nothing where it is `mute`."""

    url: str
    mute: bool
    standing: Mapping[Place, float] = field(default_factory=dict)
    outbox_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Books:
    """What a service's database says; `silence`: SANTORIN's, of the bridge only.

    `clock_seconds`: how far its clock is from ours.
    """

    waiting: list[Waiting]
    dead_letters: int
    silence: Silence | None
    clock_seconds: float

    @property
    def pending(self) -> int:
        return sum(one.pending for one in self.waiting)


@dataclass(frozen=True, slots=True)
class Health:
    """A service: its processes, its database, its readers. `unread` is None where Kafka does not say."""

    service: ServiceSpec
    replicas: list[Replica]
    metrics: list[Metrics]
    books: Books | NoAnswer
    unread: list[Unread] | None

    @property
    def word(self) -> str:
        """Of the first process that is not well; « ok », or « inconnu » where no address of one is given."""
        unwell = [one.health for one in self.replicas if one.health != "ok"]
        return (unwell or ["ok" if self.replicas else "inconnu"])[0]

    @property
    def outbox_seconds(self) -> float:
        """Of what waits longest; the processes remember it while the database does not answer."""
        if isinstance(self.books, Books):
            return max((one.oldest_seconds for one in self.books.waiting), default=0.0)
        return max((one.outbox_seconds for one in self.metrics), default=0.0)

    def standing(self) -> list[Reader]:
        """Partitions that have stood still too long. Without the word of a process, by the age of what is unread.

        A process looks every five seconds, and until then remembers an outage that is over: a partition that Kafka
        says is read to its end does not stand.
        """
        told: dict[Place, float] = {}
        for one in self.metrics:
            for place, seconds in one.standing.items():
                told[place] = max(seconds, told.get(place, 0.0))
        left = {unread[:3]: unread for unread in self.unread or ()}
        ages = {place: unread.seconds or 0.0 for place, unread in left.items()} | told
        return [
            Reader(*place, left[place].records if place in left else None, seconds)
            for place, seconds in sorted(ages.items())
            if seconds > _STANDING_SECONDS and (self.unread is None or place in left)
        ]

    @property
    def unread_records(self) -> int | None:
        """How many records wait for the service, None where Kafka does not say."""
        return None if self.unread is None else sum(one.records for one in self.unread)

    @property
    def mute(self) -> list[str]:
        """Where metrics were asked for, and nobody gave any."""
        return [one.url for one in self.metrics if one.mute]

    @property
    def outbox_is_late(self) -> bool:
        return self.outbox_seconds > _OUTBOX_SECONDS

    @property
    def well(self) -> bool:
        """Nothing here needs an operator."""
        books = isinstance(self.books, Books) and not self.books.dead_letters
        moves = not self.outbox_is_late and not self.standing()
        return books and self.word in {"ok", "inconnu"} and not self.mute and moves


async def asked(work: Awaitable[T]) -> T | NoAnswer:
    """The result of `work`, or why there is none within some seconds."""
    try:
        async with asyncio.timeout(ASKED_SECONDS):
            return await work
    except TimeoutError:
        return NoAnswer(f"pas de réponse en {ASKED_SECONDS:.0f} s")
    except NoAnswer as error:
        return error


Seen = tuple[list[Replica], list[Metrics], Books | NoAnswer]


async def look(installation: Installation, service: ServiceSpec) -> Seen:
    """The processes of a service, what they measure, and its database."""
    replicas = asyncio.gather(*(_replica(url) for url in installation.replicas(service)))
    metrics = asyncio.gather(*(_metrics(url) for url in installation.ops_ports(service)))
    books = asked(_books(installation.database(service), service))
    return await asyncio.gather(replicas, metrics, books)


def of(service: ServiceSpec, seen: Seen, unread: list[Unread] | NoAnswer) -> Health:
    """What was seen of a service, with what waits for its groups."""
    groups = groups_of(service)
    mine = None if isinstance(unread, NoAnswer) else [one for one in unread if one.group in groups]
    return Health(service, *seen, mine)


async def _books(url: str, service: ServiceSpec) -> Books:
    try:
        async with connected(url) as connection:
            return await _read(connection, service)
    except asyncpg.PostgresError as error:
        raise NoAnswer(f"la base ne dit pas ce qui est attendu ({type(error).__name__})") from None


async def _read(connection: Connection, service: ServiceSpec) -> Books:
    row = await connection.fetchrow(_DEAD, record_class=_Dead)
    assert row is not None
    of_santorin = await silence(connection) if service == SANTORIN_BRIDGE else None
    before = datetime.now(UTC)
    there: datetime = await connection.fetchval("SELECT clock_timestamp()")
    return Books(await waiting(connection, service), row.dead, of_santorin, _apart(there, before))


def _apart(there: datetime, before: datetime) -> float:
    """Seconds between another clock and ours, at least: it was read between `before` and now."""
    return max((before - there).total_seconds(), (there - datetime.now(UTC)).total_seconds(), 0.0)


async def _replica(url: str) -> Replica:
    before = datetime.now(UTC) - _DATE_SECONDS
    ready = await asking.get(f"{url}/health/ready", seconds=_HTTP_SECONDS)
    if ready is None:
        return Replica(url, "muet")
    word = ready.text.strip() if ready.status in {200, 503} else f"HTTP {ready.status}"
    return Replica(url, word, _apart(there, before) if (there := _date(ready)) else 0.0)


def _date(answer: Answer) -> datetime | None:
    """When a process says that it answered, to the second; None where it does not say it."""
    try:
        return parsedate_to_datetime(answer.date)
    except ValueError:
        return None


async def _metrics(url: str) -> Metrics:
    answer = await asking.get(f"{url}/metrics", seconds=_HTTP_SECONDS)
    if answer is None or answer.status != 200 or _OURS not in answer.text:
        return Metrics(url, mute=True)
    try:
        standing, outbox = _measured(answer.text)
    except ValueError:  # somebody else's answer
        return Metrics(url, mute=True)
    return Metrics(url, False, standing, outbox)


def _measured(text: str) -> tuple[dict[Place, float], float]:
    """How long readers stand still, and the age of the oldest row to send."""
    standing: dict[Place, float] = {}
    for labels, seconds in _STANDING.findall(text):
        of = dict(_LABEL.findall(labels))
        standing[of["group"], of["topic"], int(of["partition"])] = float(seconds)
    return standing, max(map(float, _OUTBOX_AGE.findall(text)), default=0.0)
