"""Where measures come from: Prometheus where there is one, else the processes themselves."""

import asyncio
import math
import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from imagin_ops.console.samples import HOUR_SECONDS, STEP_SECONDS, Series, Snapshot
from imagin_ops.services import SERVICES

LOOK_SECONDS = 2.0
"""Between two looks; also how long a process may take to answer one."""

NAMES = frozenset(
    {
        "up",
        "process_start_time_seconds",
        "process_resident_memory_bytes",
        "imagin_accuse_attendu_age_seconds",
        "imagin_accuses_attendus",
        "imagin_accuses_total",
        "imagin_build_info",
        "imagin_clotures",
        "imagin_clotures_a_valider_oldest_age_seconds",
        "imagin_consumer_lag",
        "imagin_consumer_partitions",
        "imagin_consumer_standing_seconds",
        "imagin_convocation_to_santorin_seconds_count",
        "imagin_convocation_to_santorin_seconds_sum",
        "imagin_convocation_up",
        "imagin_convocations",
        "imagin_database_up",
        "imagin_dlq_messages",
        "imagin_emails_total",
        "imagin_etablissements",
        "imagin_event_loop_lag_seconds",
        "imagin_events_total",
        "imagin_habilitations_as_of_age_seconds",
        "imagin_habilitations_refusees",
        "imagin_http_request_seconds_count",
        "imagin_kafka_up",
        "imagin_mails_oldest_age_seconds",
        "imagin_mails_waiting",
        "imagin_outbox_oldest_age_seconds",
        "imagin_outbox_pending",
        "imagin_reconciliation_differences",
        "imagin_relay_leader",
        "imagin_relay_sent_total",
        "imagin_smtp_up",
    }
)
"""The metrics that the console reads; of the others nothing is kept."""

_LARGEST_ANSWER = 4_000_000
"""Bytes of a process's measures: some ten times what the largest has, and read in a fraction of a look."""

_LARGEST_VALUE, _LONGEST_LABEL, _LONGEST_SUMMARY = 1e15, 100, 400

_Read = TypeVar("_Read")
_JOBS = "|".join(service.name for service in SERVICES)
_SELECTOR = f'{{__name__=~"{"|".join(sorted(NAMES))}",job=~"{_JOBS}"}}'


class Silent(Exception):
    """Prometheus does not answer, or not as Prometheus does. The message says which, in French."""


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert of Prometheus that fires."""

    name: str
    critical: bool
    summary: str


class Source(Protocol):
    """Both raise Silent where nothing can be read at all."""

    async def look(self) -> Snapshot:
        """What is measured now; a process that does not answer has `up` 0."""

    async def past(self) -> Sequence[Snapshot]:
        """The last hour, as far as anybody has kept it, the oldest first."""

    async def alerts(self) -> Sequence[Alert]:
        """What fires."""

    async def close(self) -> None:
        """Its connections."""


async def _of_each_address(url: str) -> list[str]:
    """A name that has several addresses is several processes, as a headless Service of Kubernetes: a URL of each."""
    place = httpx2.URL(url)
    if place.scheme != "http":  # a certificate is the name's
        return [url]
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError):
        return [url]
    addresses = sorted({address[0] for family, *_, address in found if family == found[0][0]})
    return [str(place.copy_with(host=one)) for one in addresses] if len(addresses) > 1 else [url]


class Processes:
    """Asks each process at its port for operators. `urls`: by service name. Nobody has kept what was before."""

    def __init__(self, urls: Mapping[str, Sequence[str]]) -> None:
        self._urls = [(job, url) for job, found in urls.items() for url in found]
        plain = {"Accept-Encoding": "identity"}  # what is unpacked may be of any size
        self._client = httpx2.AsyncClient(timeout=LOOK_SECONDS, trust_env=False, headers=plain)

    async def look(self) -> Snapshot:
        found = await asyncio.gather(*(_of_each_address(url) for _, url in self._urls))
        processes = [(job, url) for (job, _), urls in zip(self._urls, found, strict=True) for url in urls]
        answers = await asyncio.gather(*(self._measured(job, url) for job, url in processes))
        return Snapshot.of(time.time(), [sample for one in answers for sample in one])

    async def past(self) -> Sequence[Snapshot]:
        return ()

    async def alerts(self) -> Sequence[Alert]:
        return ()

    async def close(self) -> None:
        await self._client.aclose()

    async def _measured(self, job: str, url: str) -> list[tuple[Series, float]]:
        instance = url.partition("//")[2]
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                text = await self._text(f"{url}/metrics")
            found = list(_samples(text, job, instance))
        except (httpx2.HTTPError, TimeoutError, ValueError):  # ValueError: somebody else's answer
            found = []
        return [*found, (Series("up", job, instance), 1.0 if found else 0.0)]

    async def _text(self, url: str) -> str:
        async with self._client.stream("GET", url) as answer:
            answer.raise_for_status()
            read = bytearray()
            async for part in answer.aiter_raw():
                read += part
                if len(read) > _LARGEST_ANSWER:
                    raise ValueError("more than a process has to say")
        return read.decode()


def _samples(text: str, job: str, instance: str) -> Iterable[tuple[Series, float]]:
    wanted = [line for line in text.splitlines() if line.partition(" ")[0].partition("{")[0] in NAMES]  # most are not
    for family in text_string_to_metric_families("\n".join([*wanted, ""])):
        for sample in family.samples:
            if _is_a_figure(sample.name, sample.value):
                yield Series(sample.name, job, instance, _labels(sample.labels)), sample.value


def _is_a_figure(name: str, value: float) -> bool:
    """An age may be endless; nothing else is, and NaN is no figure."""
    return abs(value) < _LARGEST_VALUE or (value == math.inf and name.endswith("_age_seconds"))


def _labels(found: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Sorted, and fit to be shown in a terminal."""
    return tuple(sorted((name, _shown(value)) for name, value in found.items()))


def _shown(text: str, longest: int = _LONGEST_LABEL) -> str:
    """Without what a terminal obeys, and cut where it is long."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text[:longest])


class Prometheus:
    """Asks a Prometheus whose jobs bear the services' names, as in deploy/prometheus/prometheus.yml."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.AsyncClient(base_url=url, timeout=5.0, trust_env=False)

    async def look(self) -> Snapshot:
        return await self._asked("query", _now, query=_SELECTOR)

    async def past(self) -> Sequence[Snapshot]:
        now = time.time()
        given = {"query": _SELECTOR, "start": now - HOUR_SECONDS, "end": now, "step": STEP_SECONDS}
        return await self._asked("query_range", _moments, **given)

    async def alerts(self) -> Sequence[Alert]:
        return await self._asked("alerts", _alerts)

    async def close(self) -> None:
        await self._client.aclose()

    async def _asked(self, what: str, read: Callable[[Any], _Read], **given: object) -> _Read:
        try:
            answer = await self._client.get(f"/api/v1/{what}", params={name: str(one) for name, one in given.items()})
            return read(answer.raise_for_status().json()["data"])
        except httpx2.HTTPStatusError as error:
            raise Silent(f"Prometheus répond {error.response.status_code}") from None
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise Silent("Prometheus ne répond pas") from None
        except (ValueError, LookupError, TypeError, AttributeError):
            raise Silent("ce qui répond n’est pas Prometheus") from None


def _now(data: Any) -> Snapshot:
    return Snapshot.of(
        time.time(), [(series, value) for one in data["result"] for _, series, value in _figures(one, [one["value"]])]
    )


def _moments(data: Any) -> list[Snapshot]:
    moments: dict[float, list[tuple[Series, float]]] = {}
    for found in data["result"]:
        for at, series, value in _figures(found, found["values"]):
            moments.setdefault(at, []).append((series, value))
    return [Snapshot.of(at, moments[at]) for at in sorted(moments)]


def _figures(found: Mapping[str, Any], values: Iterable[Sequence[Any]]) -> Iterable[tuple[float, Series, float]]:
    metric: Mapping[str, str] = found["metric"]
    labels = {name: value for name, value in metric.items() if name not in {"__name__", "job", "instance"}}
    series = Series(metric["__name__"], metric["job"], _shown(metric.get("instance", "")), _labels(labels))
    for at, value in values:
        if _is_a_figure(series.name, float(value)):
            yield float(at), series, float(value)


def _alerts(data: Any) -> list[Alert]:
    """Of ours: a Prometheus has those of others too, and one that always fires."""
    found = [(one["labels"], one.get("annotations", {})) for one in data["alerts"] if one["state"] == "firing"]
    return [
        Alert(
            _shown(labels["alertname"]),
            labels.get("severity") == "critical",
            _shown(annotations.get("summary", ""), _LONGEST_SUMMARY),
        )
        for labels, annotations in found
        if labels.get("alertname", "").startswith("Imagin")
    ]
