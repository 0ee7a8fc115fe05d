"""Where measures come from: Prometheus where there is one, else the processes themselves."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

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


class Processes:
    """Asks each process at its port for operators. `urls`: by service name. Nobody has kept what was before."""

    def __init__(self, urls: Mapping[str, Sequence[str]]) -> None:
        self._urls = [(job, url) for job, found in urls.items() for url in found]
        self._client = httpx2.AsyncClient(timeout=LOOK_SECONDS, trust_env=False)

    async def look(self) -> Snapshot:
        answers = await asyncio.gather(*(self._measured(job, url) for job, url in self._urls))
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
                answer = await self._client.get(f"{url}/metrics")
            found = list(_samples(answer.raise_for_status().text, job, instance))
        except (httpx2.HTTPError, TimeoutError, ValueError):  # ValueError: somebody else's answer
            found = []
        return [*found, (Series("up", job, instance), 1.0 if found else 0.0)]


def _samples(text: str, job: str, instance: str) -> Iterable[tuple[Series, float]]:
    wanted = [line for line in text.splitlines() if line.partition(" ")[0].partition("{")[0] in NAMES]  # most are not
    for family in text_string_to_metric_families("\n".join([*wanted, ""])):
        for sample in family.samples:
            yield Series(sample.name, job, instance, tuple(sorted(sample.labels.items()))), sample.value


class Prometheus:
    """Asks a Prometheus whose jobs bear the services' names, as in deploy/prometheus/prometheus.yml."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.AsyncClient(base_url=url, timeout=5.0, trust_env=False)

    async def look(self) -> Snapshot:
        found = await self._asked("query", query=_SELECTOR)
        return Snapshot.of(time.time(), [(_series(one["metric"]), float(one["value"][1])) for one in found["result"]])

    async def past(self) -> Sequence[Snapshot]:
        now = time.time()
        given = {"query": _SELECTOR, "start": now - HOUR_SECONDS, "end": now, "step": STEP_SECONDS}
        found = await self._asked("query_range", **given)
        moments: dict[float, list[tuple[Series, float]]] = {}
        for one in found["result"]:
            series = _series(one["metric"])
            for at, value in one["values"]:
                moments.setdefault(float(at), []).append((series, float(value)))
        return [Snapshot.of(at, moments[at]) for at in sorted(moments)]

    async def alerts(self) -> Sequence[Alert]:
        found = await self._asked("alerts")
        return [_alert(one) for one in found["alerts"] if one["state"] == "firing"]

    async def close(self) -> None:
        await self._client.aclose()

    async def _asked(self, what: str, **given: object) -> Any:
        try:
            answer = await self._client.get(f"/api/v1/{what}", params={name: str(one) for name, one in given.items()})
            return answer.raise_for_status().json()["data"]
        except httpx2.HTTPStatusError as error:
            raise Silent(f"Prometheus répond {error.response.status_code}") from None
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise Silent("Prometheus ne répond pas") from None
        except (ValueError, KeyError, TypeError):
            raise Silent("ce qui répond n’est pas Prometheus") from None


def _series(metric: Mapping[str, str]) -> Series:
    labels = {name: value for name, value in metric.items() if name not in {"__name__", "job", "instance"}}
    return Series(metric["__name__"], metric["job"], metric.get("instance", ""), tuple(sorted(labels.items())))


def _alert(found: Mapping[str, Any]) -> Alert:
    labels, annotations = found["labels"], found["annotations"]
    return Alert(labels.get("alertname", "?"), labels.get("severity") == "critical", annotations.get("summary", ""))
