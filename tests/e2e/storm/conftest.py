"""Thousands of grants, changes and revocations while bridge, convocation and broker are killed at random.

`IMAGIN_TEST_FLIPS` and `IMAGIN_TEST_FLIPS_A_KILL` make it longer or harder, `IMAGIN_TEST_SEED` another one.
"""

import asyncio
import contextlib
import os
import random
import shutil
import tempfile
import time
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid5

import asyncpg
import httpx2
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from acces.acteur import Acteur, Role
from chassis.cloudevents import Cause, encode
from chassis.snapshot import snapshot
from event_schemas import catalogue
from event_schemas.convocations import Convocation
from event_schemas.habilitations import Habilitation
from event_schemas.missions import EtablissementMission, Mission
from imagin_dev.demo.accounts import ADMINISTRATEUR, chef, gestionnaire
from imagin_dev.stack import Stack
from imagin_ops.services import CONVOCATION, SANTORIN_BRIDGE
from testkit.eventually import eventually

FLIPS = int(os.environ.get("IMAGIN_TEST_FLIPS", "10000"))
FLIPS_A_KILL = int(os.environ.get("IMAGIN_TEST_FLIPS_A_KILL", "1000"))
SEED = int(os.environ.get("IMAGIN_TEST_SEED", "20201"))
UAI, ACADEMIE, SESSION = "0699001J", "10", "2020-E3C1"
MISSIONS = [uuid5(UUID(int=0), f"mission-{number}") for number in range(10)]
NUMEROS = [f"{number:05}" for number in range(40)]
LE = "2050-01-01"  # any day after the missions' dates
SETTINGS = {
    "CONVOCATION_KAFKA_SESSION_TIMEOUT_MILLISECONDS": "6000",
    "SANTORIN_BRIDGE_KAFKA_SESSION_TIMEOUT_MILLISECONDS": "6000",
    "SANTORIN_BRIDGE_API_REQUESTS_PER_SECOND": "10000",
    "SANTORIN_BRIDGE_API_REQUESTS_BURST": "10000",
}
_WAITING = "SELECT (SELECT count(*) FROM outbox)"
_DIRTY = (
    f"{_WAITING} + (SELECT count(*) FROM habilitation WHERE envoi IN (SELECT id FROM envoi WHERE publie_le IS NULL))"
)


class Etablissement:
    """Convokes, changes and cancels on its missions as fast as it can, and begins again after any failure."""

    def __init__(self, stack):
        self.stack, self.draw = stack, random.Random(SEED)
        self.flips = self.deaths = 0
        self.http = httpx2.AsyncClient(base_url=stack.url(CONVOCATION), timeout=20, trust_env=False)
        self.headers = {"Authorization": f"Bearer {stack.token(chef(UAI, ACADEMIE))}"}

    async def ask(self, method, path, body=None, **headers):
        answer = await self.http.request(method, path, json=body, headers=self.headers | headers)
        return answer.raise_for_status().json()

    def resting(self):
        """Flips wait for the next death: each is to happen in the middle of them."""
        return self.flips >= min(FLIPS, (self.deaths + 1) * FLIPS_A_KILL)

    async def work(self, mission):
        while self.flips < FLIPS:
            await eventually(lambda: not self.resting() or self.flips >= FLIPS, timeout=120, because="the next death")
            try:
                await self._work_on(mission)
            except (httpx2.HTTPError, ValueError):  # killed meanwhile: look what was written
                await asyncio.sleep(0.1)

    async def _work_on(self, mission):
        detail = await self.ask("GET", f"/api/missions/{mission}")
        lines = {one["intervenant"]["numero"]: one for one in detail["intervenants"]}
        active = {numero: one for numero, one in lines.items() if one["status"] == "ACTIVE"}
        while not self.resting():
            if len(active) < len(NUMEROS) / 2:
                await self._convoke(mission, [one for one in NUMEROS if one not in active])
                return
            numero = self.draw.choice(list(active))
            path = f"/api/convocations/{active[numero]['convocation_id']}"
            match = {"If-Match": f'"{active[numero]["version"]}"'}
            if self.draw.random() < 0.6:
                await self.ask("POST", f"{path}/annulation", {"motif": "essai"}, **match)
                del active[numero]
            else:
                day = date.fromordinal(self.draw.randint(741_500, 742_500)).isoformat()
                changed = await self.ask("PUT", path, {"dates": [day], "qualite": "COORDINATEUR"}, **match)
                active[numero]["version"] = changed["version"]
            self.flips += 1

    async def _convoke(self, mission, numeros):
        body = {"intervenants": numeros, "dates": ["2030-03-05"]}
        key = f"{mission}-{self.draw.random()}"
        made = await self.ask("POST", f"/api/missions/{mission}/convocations", body, **{"Idempotency-Key": key})
        self.flips += len(made["convocations"])


class Watcher:
    """Was always there: reads both topics as they grow, and asks the check of rights about anybody, again and again."""

    def __init__(self, stack):
        self.stack = stack
        self.told = defaultdict(list)  # convocation → (seen at, version)
        self.rights, self.went_back, self.records = {}, 0, 0
        self.answers, self.refused = [], 0

    async def read_convocations(self):
        async for record in self._records(catalogue.CONVOCATION):
            state = Convocation.model_validate_json(record.value)
            self.told[str(state.convocation_id)].append((datetime.now(UTC), state.version))

    async def read_rights(self):
        async for record in self._records(catalogue.HABILITATION):
            right = Habilitation.model_validate_json(record.value)
            held = self.rights.get(record.key)
            self.records += 1
            self.went_back += held is not None and right.version < held.version
            self.rights[record.key] = right

    async def _records(self, topic):
        consumer = AIOKafkaConsumer(
            topic, **self.stack.kafka_connection, auto_offset_reset="earliest", isolation_level="read_committed"
        )
        await consumer.start()
        try:
            while True:
                with contextlib.suppress(KafkaError):
                    for records in (await consumer.getmany(timeout_ms=200)).values():
                        for record in records:
                            yield record
        finally:
            await consumer.stop()

    async def ask(self):
        draw = random.Random(SEED + 1)
        token = self.stack.token(Acteur("santorin", Role.SANTORIN))
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(base_url=self.stack.url(SANTORIN_BRIDGE), timeout=5, trust_env=False) as http:
            while True:
                try:
                    answer = await http.get(f"/acces/{draw.choice(NUMEROS)}?le={LE}", headers=headers)
                except httpx2.HTTPError:
                    await asyncio.sleep(0.05)
                    continue
                if answer.status_code == 200:
                    self.answers.append(answer.json())
                else:
                    assert answer.status_code == 503, answer.text
                    self.refused += 1
                    await asyncio.sleep(0.05)


class Storm:
    """What has happened; `keys`: how many convocations there are, `watcher`: who was always there."""

    keys = len(MISSIONS) * len(NUMEROS)

    def __init__(self, stack):
        self.stack = stack
        self.watcher = Watcher(stack)
        self.watching = []
        self.summary = ""

    async def rage(self):
        etablissement = Etablissement(self.stack)
        started = time.monotonic()
        deaths, *_ = await asyncio.gather(
            self._kill_at_random(etablissement), *(etablissement.work(mission) for mission in MISSIONS)
        )
        await etablissement.http.aclose()
        self.summary = f"{etablissement.flips} flips in {time.monotonic() - started:.0f} s; killed: {deaths}"
        await eventually(self.quiet, timeout=60, because="all that was written has been published")

    async def _kill_at_random(self, etablissement):
        """One of the three dies and comes back, again and again; returns how often each died."""
        draw, deaths, stack = random.Random(SEED + 2), defaultdict(int), self.stack
        while etablissement.flips < FLIPS:
            half = min(FLIPS, etablissement.flips + draw.randint(1, FLIPS_A_KILL))
            await eventually(
                lambda half=half: etablissement.flips >= half or etablissement.resting(),
                timeout=120,
                because="flips go on",
            )
            name = draw.choice(["broker", CONVOCATION.name, SANTORIN_BRIDGE.name])
            deaths[name] += 1
            etablissement.deaths += 1
            if name == "broker":
                stack.kafka.kill()
                await stack.kafka.restart()
            else:
                stack.services[name].kill()
                await stack.start_services(*(one for one in (CONVOCATION, SANTORIN_BRIDGE) if one.name == name))
        return dict(deaths)

    async def fetch(self, service, query, *arguments):
        connection = await asyncpg.connect(self.stack.databases[service.name])
        try:
            return await connection.fetchval(query, *arguments)
        finally:
            await connection.close()

    async def quiet(self):
        """Everything written has been relayed, applied and published."""
        if await self.fetch(CONVOCATION, _WAITING) or await self.fetch(SANTORIN_BRIDGE, _DIRTY):
            return False
        told = await self.fetch(CONVOCATION, "SELECT sum(version) FROM convocation")
        return told == await self.fetch(SANTORIN_BRIDGE, "SELECT sum(convocation_version) FROM habilitation")

    async def last_values(self):
        """A reader that starts from the first record there is: the highest version of each key, how many records."""
        held, count = {}, 0
        async for records in snapshot(self.stack.kafka_connection, catalogue.HABILITATION):
            for record in records:
                right = Habilitation.model_validate_json(record.value)
                count += 1
                if record.key not in held or held[record.key].version <= right.version:
                    held[record.key] = right
        return held, count


async def prepare(stack):
    """The missions come by their topic, the people and the opening by the API."""
    place = EtablissementMission(uai=UAI, nom="LYCEE FICTIF", commune="LYON", academie=ACADEMIE)
    producer = AIOKafkaProducer(**stack.kafka_connection)
    await producer.start()
    for number, mission_id in enumerate(MISSIONS):
        mission = Mission.create(
            mission_id=mission_id,
            version=1,
            session=SESSION,
            type="CORRECTION",
            voie="GENERALE",
            code=f"X{number}",
            libelle=f"Épreuve {number}",
            candidats=100,
            date_debut=date(2020, 1, 13),
            status="ACTIVE",
            etablissement=place,
        )
        headers = encode(
            catalogue.MISSION_CREATED, "/test", str(mission_id), str(mission_id), datetime.now(UTC), Cause()
        )
        await producer.send_and_wait(
            catalogue.MISSION, mission.to_bytes(), key=str(mission_id).encode(), headers=headers
        )
    await producer.stop()
    async with httpx2.AsyncClient(base_url=stack.url(CONVOCATION), trust_env=False) as http:

        async def put(acteur, path, body):
            token = stack.token(acteur)
            (await http.put(path, json=body, headers={"Authorization": f"Bearer {token}"})).raise_for_status()

        people = [
            {"numero": numero, "civilite": "Mme", "nom": f"NOM{numero}", "prenom": "Prénom", "uai": UAI}
            | {"courriel": f"{numero}@ac-exemple.invalid", "uais_secondaires": [], "disciplines": ["1000"]}
            for numero in NUMEROS
        ]
        await put(gestionnaire(ACADEMIE), f"/api/academies/{ACADEMIE}/intervenants", {"intervenants": people})
        declared = {"session": SESSION, "libelle": "Première session"}
        headers = {"Authorization": f"Bearer {stack.token(ADMINISTRATEUR)}"}
        (await http.post("/api/sessions", json=declared, headers=headers)).raise_for_status()
        opening = {"session": SESSION, "portee": "NATIONALE", "code": "*", "ouverte": True}
        await put(ADMINISTRATEUR, "/api/ouvertures", opening)


async def compact_soon(stack):
    """The rights topic compacts what is a second old."""
    configs = {"segment.ms": "1000", "min.compaction.lag.ms": "0", "min.cleanable.dirty.ratio": "0.01"}
    configs |= {"cleanup.policy": "compact", "retention.ms": "-1"}
    admin = AIOKafkaAdminClient(**stack.kafka_connection)
    await admin.start()
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, catalogue.HABILITATION, configs)])
    await admin.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def storm():
    """All of it, once; the tests look at what is left."""
    folder = Path(tempfile.mkdtemp(prefix="imagin-storm-"))
    async with Stack(folder, given=False, services=(CONVOCATION, SANTORIN_BRIDGE), settings=SETTINGS) as stack:
        await compact_soon(stack)
        await prepare(stack)
        storm = Storm(stack)
        missions = "SELECT count(*) = $1 FROM mission"
        await eventually(lambda: storm.fetch(CONVOCATION, missions, len(MISSIONS)), because="the missions arrive")
        watcher = storm.watcher
        work = (watcher.read_convocations, watcher.read_rights, watcher.ask)
        watching = storm.watching = [asyncio.create_task(one()) for one in work]
        await storm.rage()
        yield storm
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    shutil.rmtree(folder, ignore_errors=True)
