"""K.a on the running product: a changed closing under review, the same ten times, all events again from offset 0.

A mission with somebody convoked loses its candidates: établissement and SANTORIN agree. No repetition changes a row.
"""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx2
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from event_schemas.catalogue import INSCRIPTIONS, TOPICS
from event_schemas.identities import mission_id
from imagin_dev.cyclades import inscriptions_file, producer
from imagin_dev.cyclades.closings import TYPE
from imagin_dev.demo import scenario
from imagin_dev.demo.accounts import People, chef, gestionnaire
from imagin_dev.demo.books import until
from imagin_dev.demo.rights import RightsReader
from imagin_dev.santorin.simulator import Behaviour, Santorin
from imagin_ops import running
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, SERVICES
from testkit.eventually import eventually
from testkit.topics import read_all

SESSION, ACADEMIE, UAI = "2020-E3C1", "10", "0699001J"
REVUE = f"/api/imports/{SESSION}/{UAI}"
LIBELLES = {"HG": "Histoire-géographie", "HLP": "Humanités", "SES": "Sciences économiques"}
# The progress of a session is counted by the clock, whatever comes.
_TABLES = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'avancement' ORDER BY tablename
"""
_CHECKSUM = "SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t"


def closing(revision, **candidats):
    epreuves = [
        {"code": code, "libelle": LIBELLES[code], "type": "E3C", "voie": "GENERALE", "candidats_inscrits": n}
        for code, n in candidats.items()
    ]
    place = {"nom": "LYCEE FICTIF", "commune": "VILLEFICTIVE", "academie": ACADEMIE}
    data = {"session": SESSION, "uai": UAI, "revision": revision, "cloturee_le": "2020-01-10T18:00:00+01:00"}
    data |= {"etablissement": place, "epreuves": epreuves}
    event = {"specversion": "1.0", "type": TYPE, "id": f"revision-{revision}", "source": "/essai", "subject": UAI}
    return event | {"data": data}


FIRST, CHANGED = inscriptions_file.of_events([closing(1, HG=30, HLP=12), closing(2, HG=28, SES=5)])
HLP = mission_id(SESSION, UAI, "GENERALE", "HLP")


class World:
    """The product with people: what each service holds, and what each consumer did."""

    def __init__(self, stack, imports, convocation):
        self.stack = stack
        self.gestionnaire = scenario.Api.by_token(imports, stack.token(gestionnaire(ACADEMIE)))
        self.chef = scenario.Api.by_token(convocation, stack.token(chef(UAI, ACADEMIE)))
        self.people = []

    async def send(self, *closings):
        await producer.send(self.stack.kafka_connection, closings, lambda _: None)

    async def convoke(self, code, numero, day="2030-03-05"):
        path = f"/api/missions/{mission_id(SESSION, UAI, 'GENERALE', code)}/convocations"
        done = await self.chef.post(path, {"intervenants": [numero], "dates": [day]}, key=f"essai-{code}")
        return done["convocations"][0]["convocation_id"]

    async def checksums(self):
        """Of every row of every table of every service."""
        found = {}
        for service in SERVICES:
            for (table,) in await self.sql(service, _TABLES):
                [(found[f"{service.name}.{table}"],)] = await self.sql(service, _CHECKSUM.format(table))
        return found

    async def sql(self, service, query, *arguments):
        connection = await asyncpg.connect(self.stack.databases[service.name])
        try:
            return [tuple(row) for row in await connection.fetch(query, *arguments)]
        finally:
            await connection.close()

    async def outcomes(self, topic=None):
        """What became of the records that the services' present processes read, by outcome."""
        found = {}
        for service in SERVICES:
            async with httpx2.AsyncClient(base_url=self.stack.ops_url(service), trust_env=False) as http:
                text = (await http.get("/metrics")).text
            for family in text_string_to_metric_families(text):
                for one in family.samples:
                    if one.name == "imagin_events_total" and topic in {None, one.labels["topic"]}:
                        found[one.labels["outcome"]] = found.get(one.labels["outcome"], 0) + int(one.value)
        return {outcome: count for outcome, count in found.items() if count}

    async def ends(self):
        """The end of every partition of every topic: who tells something moves one."""
        kafka = AIOKafkaConsumer(**self.stack.kafka_connection)
        await kafka.start()
        try:
            return await kafka.end_offsets(_partitions(TOPICS))
        finally:
            await kafka.stop()

    async def records(self):
        """How many records all our readers together have to read, from offset 0."""
        total = 0
        for topic, entry in TOPICS.items():
            readers = sum(group.split(".")[0] in {one.name for one in SERVICES} for group in entry.readers.values())
            total += readers * len(await read_all(self.stack.kafka_connection, topic))
        return total

    async def from_offset_zero(self):
        """Every service stopped, every group back at the beginning, every service started."""
        for service in SERVICES:
            await asyncio.to_thread(self.stack.services[service.name].terminate)
        for topic, entry in TOPICS.items():
            for group in entry.readers.values():
                await self._rewind(topic, group)
        await self.stack.start_services(*SERVICES)

    async def _rewind(self, topic, group):
        kafka = AIOKafkaConsumer(**self.stack.kafka_connection, group_id=group, enable_auto_commit=False)
        await kafka.start()
        try:
            kafka.assign(_partitions([topic]))
            await kafka.commit(dict.fromkeys(_partitions([topic]), 0))
        finally:
            await kafka.stop()

    async def at_rest(self):
        """Nothing waits for a relay."""
        return [await self.sql(one, "SELECT count(*) FROM outbox") for one in SERVICES] == [[(0,)]] * len(SERVICES)

    def mails(self):
        return sorted(path.name for path in self.stack.mail_dir.glob("*.eml"))


def _partitions(topics):
    return [TopicPartition(topic, number) for topic in topics for number in range(TOPICS[topic].partitions)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(stack, books):
    await producer.send(stack.kafka_connection, [FIRST], lambda _: None)
    await until(lambda: books.revisions_applied([FIRST.state.aggregate]), 1, lambda _: None)
    await until(books.missions_missing, 0, lambda _: None)
    people = People.of([FIRST])
    await scenario.prepare(stack, people, [SESSION])
    clients = [httpx2.AsyncClient(base_url=stack.url(one), trust_env=False) for one in (MISSION_IMPORT, CONVOCATION)]
    world = World(stack, *clients)
    world.people = [one.numero for one in people.by_academie[ACADEMIE]]
    yield world
    for client in clients:
        await client.aclose()


async def test_a_changed_closing_under_review_then_ten_times_then_all_events_from_offset_0(
    world, books, tmp_path, monkeypatch
):
    async with RightsReader(world.stack.kafka_connection) as rights:
        on_hlp = await world.convoke("HLP", world.people[0])
        on_hg = await world.convoke("HG", world.people[1])
        for key in (on_hlp, on_hg):
            await eventually(lambda key=key: rights.version_granted(key.encode()) == 1, timeout=30, because="a right")
        await until(books.notifications, 2, lambda _: None)
        await changed_under_review(world)
        await accepted(world, on_hlp)
        assert (rights.version_granted(on_hlp.encode()), rights.version_granted(on_hg.encode())) == (1, 1)
        await Santorin(world.stack.kafka_connection, Behaviour()).run(lambda _: None, until_idle_seconds=1)
        await answers_are_known(world, on_hlp)
        await santorin_agrees(world, tmp_path, monkeypatch)
        await the_same_ten_times(world)
        await everything_again(world)
        assert (rights.version_granted(on_hlp.encode()), rights.went_back) == (1, 0)


async def changed_under_review(world):
    """The differential is exact, and nothing follows it yet."""
    await world.gestionnaire.put(f"/api/academies/{ACADEMIE}/politique-import", {"mode": "VALIDATION"})

    async def counted():
        rows = (await world.gestionnaire.get(REVUE))["differentiel"]
        return sum(row["convoques"] for row in rows) == 2

    await eventually(counted, because="mission-import knows who is convoked")
    await world.send(CHANGED)

    async def waits():
        read = await world.gestionnaire.get(REVUE)
        return read if (read["revision"], read["etat"]) == (2, "A_VALIDER") else None

    rows = (await eventually(waits, because="the closing waits"))["differentiel"]
    told = {row["code"]: (row["nature"], _changes(row), row["convoques"]) for row in rows}
    assert told == {
        "SES": ("CREEE", {}, 0),
        "HG": ("MODIFIEE", {"candidats": (30, 28)}, 1),
        "NUMERISATION": ("MODIFIEE", {"candidats": (42, 33)}, 0),
        "HLP": ("SANS_CANDIDAT", {"candidats": (12, 0), "etat": ("ACTIVE", "WITHDRAWN")}, 1),
    }
    assert len(rows) == len(told)
    mission = await world.chef.get(f"/api/missions/{HLP}")
    assert (mission["candidats"], mission["sans_candidat"]) == (12, False)


def _changes(row):
    return {one["champ"]: (one["avant"], one["apres"]) for one in row["changements"]}


async def accepted(world, on_hlp):
    """The mission is kept and marked, its convocation holds."""
    before = await world.checksums()
    await world.gestionnaire.post(f"{REVUE}/decision", {"revision": 2, "decision": "ACCEPTER"}, key="unused")

    async def marked():
        mission = await world.chef.get(f"/api/missions/{HLP}")
        return mission if mission["sans_candidat"] else None

    mission = await eventually(marked, because="the établissement sees it")
    assert [(one["convocation_id"], one["status"]) for one in mission["intervenants"]] == [(on_hlp, "ACTIVE")]
    listed = (await world.chef.get("/api/missions", taille=500))["missions"]
    assert {one["code"]: one["candidats"] for one in listed} == {"HG": 28, "SES": 5, "HLP": 0, "NUMERISATION": 33}
    after = await world.checksums()
    changed = {table for table in after if after[table] != before[table]}
    assert {"mission-import.mission", "mission-import.audit", "convocation.mission"} <= changed
    assert not {"convocation.convocation", "santorin-bridge.habilitation", "notifier.notification"} & changed


async def answers_are_known(world, on_hlp):
    """SANTORIN's answer for the person on the mission without candidates stands on her line."""
    etat = "SELECT etat FROM acces WHERE convocation_id = $1"

    async def accepted_by_santorin():
        return await world.sql(CONVOCATION, etat, UUID(on_hlp)) == [("ACCEPTEE",)]

    await eventually(accepted_by_santorin, because="SANTORIN's answer is told")


async def santorin_agrees(world, tmp_path, monkeypatch):
    """Convocation, rights and topic compared by the product itself."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    announced = running.announce(world.stack.installation())
    try:
        command = [str(Path(sys.executable).with_name("imagin")), "reconcile", "santorin", "--json", "--settle", "2"]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False, timeout=60)
    finally:
        announced.unlink()
    told = json.loads(done.stdout)
    assert (done.returncode, told["ecarts"], told["droits"]) == (0, [], 2), done.stderr


async def the_same_ten_times(world):
    await eventually(world.at_rest, because="all is told")
    before, ends, mails = await world.checksums(), await world.ends(), world.mails()
    read = await world.outcomes(INSCRIPTIONS)
    await world.send(*[FIRST, CHANGED] * 10)

    async def all_read():
        now = await world.outcomes(INSCRIPTIONS)
        return {name: count - read.get(name, 0) for name, count in now.items() if count != read.get(name, 0)}

    expected = {"stale": 10, "duplicate": 10}
    await eventually(lambda: _equal(all_read, expected), timeout=30, because="the same closings are known")
    assert await world.checksums() == before
    after = await world.ends()
    assert {place for place in after if after[place] != ends[place]} <= set(_partitions([INSCRIPTIONS]))
    assert world.mails() == mails


async def everything_again(world):
    before, ends, mails = await world.checksums(), await world.ends(), world.mails()
    records = await world.records()
    assert records > 2 * 10
    await world.from_offset_zero()

    async def all_read():
        return sum((await world.outcomes()).values()) == records

    await eventually(all_read, timeout=60, because=f"{records} records are read again")
    assert set(await world.outcomes()) <= {"stale", "duplicate"}
    assert await world.checksums() == before
    assert await world.ends() == ends
    assert world.mails() == mails


async def _equal(found, expected):
    return await found() == expected
