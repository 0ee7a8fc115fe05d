"""The load: Cyclades revises its closings, and every chef d'établissement convokes, changes and cancels, all the while.

Each lycée has a chef who is its only writer; he asks the processes of convocation in turn and never gives up.
"""

import asyncio
import contextlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from event_schemas.catalogue import INSCRIPTIONS
from event_schemas.identities import convocation_id
from imagin_dev.cyclades.closings import at_revision, synthetic
from imagin_dev.cyclades.faults import Sent
from imagin_dev.cyclades.inscriptions_file import of_events
from imagin_dev.cyclades.teachers import COPIES_PER_TEACHER
from imagin_dev.demo.accounts import People, chef
from imagin_dev.soak.ledger import Ledger
from imagin_dev.stack import Stack
from imagin_ops.services import CONVOCATION

EPREUVES = 4
_ANSWER_SECONDS = 6.0
_PAUSE_SECONDS = 0.2
_PEOPLE = 12  # of a lycée; each may be convoked on each of its missions


@dataclass(slots=True)
class Load:
    """`lycees` closings; `per_second` writes by HTTP in all, and a tenth as many revisions of closings."""

    stack: Stack
    ledger: Ledger
    seed: int
    lycees: int
    per_second: float
    events: dict[str, dict[str, Any]] = field(init=False)
    people: People = field(init=False)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.events = {event["subject"]: event for event in synthetic(self.lycees, EPREUVES)}
        enough = {"candidats_inscrits": (_PEOPLE - 1) * COPIES_PER_TEACHER}  # for so many people
        crowded = [
            at_revision(event, 1, [one | enough for one in event["data"]["epreuves"]]) for event in self.events.values()
        ]
        self.people = People.of(of_events(crowded))

    def at(self, uai: str, revision: int) -> dict[str, Any]:
        """The closing of a lycée at a revision: what each says depends on nothing else."""
        draw = random.Random(f"{self.seed}|{uai}|{revision}")  # noqa: S311
        event = self.events[uai]
        epreuves = [one | {"candidats_inscrits": draw.randint(20, 90)} for one in event["data"]["epreuves"]]
        if revision > 1:  # nobody is convoked on the last one: it comes and goes
            epreuves[-1]["candidats_inscrits"] *= draw.randint(0, 1)
        return at_revision(event, revision, epreuves)

    async def run(self) -> None:
        """Until `stopping` is set."""
        chefs = [
            Chef(self, uai, academie, 1 / (self.per_second / self.lycees))
            for uai, academie in self.people.etablissements.items()
        ]
        async with asyncio.TaskGroup() as group:
            group.create_task(self.revise(10 / self.per_second))
            for one in chefs:
                group.create_task(one.work())

    async def revise(self, every_seconds: float) -> None:
        """Cyclades: one closing after the other at its next revision, acknowledged by all replicas or tried anew."""
        uais = list(self.events)
        draw = random.Random(f"{self.seed}|cyclades")  # noqa: S311
        while not self.stopping.is_set():
            producer = AIOKafkaProducer(**self.stack.kafka_connection, acks="all", enable_idempotence=True)
            try:
                async with asyncio.timeout(30):
                    await producer.start()
                while not self.stopping.is_set():
                    await self._close(producer, draw.choice(uais))
                    await self.rest(every_seconds)
            except (KafkaError, TimeoutError):
                await asyncio.sleep(_PAUSE_SECONDS)
            finally:
                with contextlib.suppress(KafkaError, TimeoutError):
                    async with asyncio.timeout(5):
                        await producer.stop()

    async def close_all(self) -> None:
        """Each lycée's first closing."""
        async with AIOKafkaProducer(**self.stack.kafka_connection, acks="all", enable_idempotence=True) as producer:
            for uai in self.events:
                await self._close(producer, uai)

    async def _close(self, producer: AIOKafkaProducer, uai: str) -> None:
        revision = self.ledger.sent[uai] = self.ledger.sent.get(uai, 0) + 1
        record = Sent(self.at(uai, revision)).record
        async with asyncio.timeout(30):
            await producer.send_and_wait(INSCRIPTIONS, record.value, key=record.key, headers=record.headers)
        self.ledger.close(uai, revision)

    async def rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopping.wait()


class Chef:
    """Convokes, changes and cancels on the missions of a lycée."""

    def __init__(self, load: Load, uai: str, academie: str, every_seconds: float) -> None:
        self._load = load
        self._ledger = load.ledger
        self._draw = random.Random(f"{load.seed}|{uai}")  # noqa: S311
        self._every = every_seconds
        self._turn = self._draw.choice(load.stack.replicas)
        self._missions: list[str] = []
        self._held: dict[str, dict[str, tuple[str, int]]] = {}  # by mission: number → active convocation, version
        self._numeros = [one.numero for one in load.people.by_academie[academie] if one.uai == uai][:_PEOPLE]
        self._headers = {"Authorization": f"Bearer {load.stack.token(chef(uai, academie))}"}
        self._keys = 0

    async def work(self) -> None:
        async with httpx2.AsyncClient(timeout=_ANSWER_SECONDS, trust_env=False) as http:
            self._http = http
            while not self._load.stopping.is_set():
                try:
                    await self._act()
                except httpx2.HTTPStatusError as error:
                    if error.response.status_code < 500:
                        self._ledger.refused += 1
                    await self._after_failure()
                except (httpx2.HTTPError, ValueError):
                    await self._after_failure()
                await self._load.rest(self._draw.uniform(0.2, 1.8) * self._every)

    async def _after_failure(self) -> None:
        """Whether it was written nobody knows: look."""
        self._held.clear()
        await asyncio.sleep(_PAUSE_SECONDS)

    async def _ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Each request goes to the next process. Raises httpx2.HTTPError."""
        replicas = self._load.stack.replicas
        self._turn = self._turn % len(replicas) + 1
        url = self._load.stack.url(CONVOCATION, self._turn) + path
        try:
            answer = await self._http.request(method, url, json=body, headers=self._headers | headers)
        except httpx2.TransportError:
            self._ledger.unanswered += 1
            raise
        if answer.status_code >= 500:
            self._ledger.unanswered += 1
        return answer.raise_for_status().json()

    async def _act(self) -> None:
        if not self._missions:
            found = (await self._ask("GET", "/api/missions"))["missions"]
            codes = sorted(one["code"] for one in found)[: EPREUVES - 1]
            self._missions = [one["mission_id"] for one in found if one["code"] in codes]
            return
        mission = self._draw.choice(self._missions)
        if mission not in self._held:
            self._held[mission] = await self._look(mission)
        held = self._held[mission]
        free = [one for one in self._numeros if one not in held]
        if free and self._draw.random() < len(free) / len(self._numeros):
            await self._convoke(mission, self._draw.sample(free, min(len(free), self._draw.randint(1, 4))))
        elif held:
            await self._touch(mission, self._draw.choice(sorted(held)))

    async def _look(self, mission: str) -> dict[str, tuple[str, int]]:
        lines = (await self._ask("GET", f"/api/missions/{mission}"))["intervenants"]
        active = [one for one in lines if one["status"] == "ACTIVE"]
        return {one["intervenant"]["numero"]: (one["convocation_id"], one["version"]) for one in active}

    async def _convoke(self, mission: str, numeros: list[str]) -> None:
        """Asked again under the same key until it is answered, of one process or the other."""
        body = {"intervenants": numeros, "dates": list(dates := self._dates())}
        for numero in numeros:
            self._ledger.ask(str(convocation_id(UUID(mission), numero)))
        self._keys += 1
        key = {"Idempotency-Key": f"soak-{mission}-{self._keys}"}
        while True:
            try:
                made = await self._ask("POST", f"/api/missions/{mission}/convocations", body, **key)
                break
            except httpx2.HTTPStatusError as error:
                if error.response.status_code < 500:
                    raise
            except httpx2.TransportError:
                if self._load.stopping.is_set():
                    raise
            await asyncio.sleep(_PAUSE_SECONDS)
        for one in made["convocations"]:
            self._ledger.write(one["convocation_id"], one["version"], dates)
            self._held.setdefault(mission, {})[one["numero"]] = (one["convocation_id"], one["version"])

    async def _touch(self, mission: str, numero: str) -> None:
        """Another date, or cancelled."""
        held = self._held[mission]
        convocation, version = held.pop(numero)
        match = {"If-Match": f'"{version}"'}
        path = f"/api/convocations/{convocation}"
        self._ledger.ask(convocation)
        if self._draw.random() < 0.4:
            answer = await self._ask("POST", f"{path}/annulation", {"motif": "essai"}, **match)
            self._ledger.write(convocation, answer["version"])
            return
        dates = self._dates()
        body: Mapping[str, Any] = {"dates": list(dates), "qualite": "CORRECTEUR"}
        answer = await self._ask("PUT", path, body, **match)
        self._ledger.write(convocation, answer["version"], dates)
        held[numero] = (convocation, answer["version"])

    def _dates(self) -> tuple[str, ...]:
        """Far enough that nobody is reminded during the soak."""
        day: date = (datetime.now(UTC) + timedelta(days=self._draw.randint(60, 400))).date()
        return (day.isoformat(),)
