"""SIGKILL on real processes at the named points, and of the broker: afterwards everything is exact, nothing doubled."""

import asyncio

import asyncpg
import httpx2
import pytest
from aiokafka import AIOKafkaConsumer
from rich.progress import Progress

from event_schemas import catalogue
from imagin_dev.cyclades import producer, sample
from imagin_dev.cyclades.inscriptions_file import latest_revisions
from imagin_dev.demo import scenario
from imagin_dev.demo.accounts import People
from imagin_dev.demo.books import until
from imagin_dev.demo.rights import RightsReader
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, NOTIFIER, SANTORIN_BRIDGE
from testkit.eventually import eventually

CLOSINGS = sample.closings()
LYCEES_EACH = 2
KILLS = [
    (MISSION_IMPORT, "consumer.before_database_commit:1"),
    (MISSION_IMPORT, "consumer.after_database_commit:1"),
    (MISSION_IMPORT, "consumer.after_offset_commit:1"),
    (MISSION_IMPORT, "relay.before_commit:1"),
    (MISSION_IMPORT, "relay.after_send:1"),
    (CONVOCATION, "consumer.after_database_commit:1"),
    (CONVOCATION, "relay.after_send:3"),
    (SANTORIN_BRIDGE, "consumer.after_database_commit:2"),
    (SANTORIN_BRIDGE, "relay.after_send:2"),
    (SANTORIN_BRIDGE, "relay.after_clear:2"),
    (NOTIFIER, "notifier.after_claim:1"),
    (NOTIFIER, "notifier.before_commit:2"),
]


ON_THE_WAY = {CONVOCATION: "outbox", SANTORIN_BRIDGE: "habilitation WHERE published_version < version"}


async def fetchval(url, query):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


class Story:
    """Closings of some lycées, and everything their people do with them; lycées are never used twice."""

    def __init__(self, stack, books):
        self.stack, self.books = stack, books
        self.used = 0

    async def live(self):
        closings = CLOSINGS[self.used : self.used + LYCEES_EACH]
        self.used += LYCEES_EACH
        await producer.send(self.stack.kafka_connection, closings, lambda _: None)
        revisions = latest_revisions(closings)
        await until(lambda: self.books.revisions_applied(list(revisions)), len(revisions), lambda _: None)
        await eventually(self._missions_arrived, timeout=60, because="convocation has every mission")
        people = People.of(closings)
        await _insist(lambda: scenario.prepare(self.stack, people, [one.state.session for one in closings]))
        with Progress(disable=True) as bars:
            await _insist(lambda: scenario.play(self.stack, people, bars))

    async def _missions_arrived(self):
        return await self.books.missions_missing() == 0

    async def _on_the_way(self):
        """Rows that wait for a relay, by service: where it stands still, if it does."""
        waiting = {}
        for service, rows in ON_THE_WAY.items():
            if found := await fetchval(self.stack.databases[service.name], f"SELECT count(*) FROM {rows}"):
                waiting[service.name] = found
        return waiting

    async def is_exact(self):
        """Books, mails and versions of everything told so far."""
        convocations = await self.books.convocations()
        assert convocations > 0
        async with RightsReader(self.stack.kafka_connection) as rights:

            async def all_granted():
                assert (rights.granted, await self._on_the_way()) == (convocations, {})
                return True

            await eventually(all_granted, timeout=60, because="all rights are granted")
            assert rights.went_back == 0

        async def all_told():
            return await self.books.notifications() == convocations

        await eventually(all_told, timeout=60, because="everybody is told")
        mails = [file.read_bytes() for file in self.stack.mail_dir.glob("*.eml")]
        assert sum(mail.count(b"\nContent-Type: application/pdf") for mail in mails) == convocations
        assert await self.books.dead_letters() == 0
        assert await self.books.missions_missing() == 0
        assert (await self.books.missions())["correction"] == sum(
            epreuve.candidats_inscrits > 0 for closing in CLOSINGS[: self.used] for epreuve in closing.state.epreuves
        )
        for topic in (catalogue.MISSION, catalogue.CONVOCATION):
            for versions in (await versions_by_key(self.stack, topic)).values():
                assert sorted(versions) == versions, f"versions of a key of {topic} went back"
                assert set(versions) == {1}


async def _insist(work):
    """A person tries again when the service does not answer; the Idempotency-Key makes it safe."""
    while True:
        try:
            return await work()
        except (httpx2.TransportError, BaseExceptionGroup):
            await asyncio.sleep(0.5)


async def versions_by_key(stack, topic):
    consumer = AIOKafkaConsumer(
        topic, **stack.kafka_connection, auto_offset_reset="earliest", isolation_level="read_committed"
    )
    await consumer.start()
    found: dict[bytes, list[int]] = {}
    model = next(event.model for event in catalogue.EVENT_TYPES.values() if event.topic == topic)
    try:
        while polled := await consumer.getmany(timeout_ms=700):
            for records in polled.values():
                for record in records:
                    found.setdefault(record.key, []).append(model.model_validate_json(record.value).version)
    finally:
        await consumer.stop()
    return found


@pytest.fixture(scope="module")
def story(stack, books):
    return Story(stack, books)


@pytest.mark.parametrize(("service", "point"), KILLS, ids=[f"{service.name}-{point}" for service, point in KILLS])
async def test_a_service_killed_at_a_named_point_and_started_again_leaves_everything_exact(
    stack, story, service, point
):
    await asyncio.to_thread(stack.services[service.name].terminate)
    await stack.start_services(service, KILL_AT=point)
    victim = stack.services[service.name]

    async def start_again():
        assert await victim.wait_ended(120) == -9
        await stack.start_services(service)

    await asyncio.gather(story.live(), start_again())
    await story.is_exact()


async def test_the_broker_killed_in_mid_flow_and_started_again_leaves_everything_exact(stack, story, books):
    before = await books.convocations()

    async def kill_the_broker():
        async def in_mid_flow():
            return await books.convocations() > before

        await eventually(in_mid_flow, timeout=60, because="the first are convoked")
        stack.kafka.kill()
        await stack.kafka.restart()

    await asyncio.gather(story.live(), kill_the_broker())
    await story.is_exact()


async def test_a_replay_of_all_closings_changes_nothing(stack, story, books):
    before = await books.missions(), await versions_by_key(stack, catalogue.MISSION)
    await producer.send(stack.kafka_connection, CLOSINGS[: story.used] * 3, lambda _: None)
    await story.live()
    await story.is_exact()
    missions, versions = await books.missions(), await versions_by_key(stack, catalogue.MISSION)
    assert missions["correction"] > before[0]["correction"]
    assert {key: versions[key] for key in before[1]} == before[1]
