"""D21: a group is known to be up to date, or it is not: "as of" never says more than what was applied."""

import asyncio
import contextlib
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, KafkaTimeoutError

from chassis.freshness import Freshness
from testkit.eventually import eventually
from testkit.topics import delete_records


class Group:
    """A topic, what is sent to it in transactions, and how far its group has come."""

    def __init__(self, bootstrap, topic):
        self.kafka = {"bootstrap_servers": bootstrap, "metadata_max_age_ms": 500}
        self.topic, self.group = topic, f"{topic}.reader"
        self.producer = AIOKafkaProducer(**self.kafka, transactional_id=f"{topic}.relay")
        self.reader = AIOKafkaConsumer(**self.kafka, isolation_level="read_committed")
        self.ends = {}
        self.letters = 0

    async def whole(self):
        return not self.letters

    async def send(self, *keys):
        async with self.producer.transaction():
            for key in keys:
                record = await self.producer.send_and_wait(self.topic, b"x", key=key)
                self.ends[TopicPartition(self.topic, record.partition)] = record.offset + 1
        await eventually(self._readable, because="the markers of the transaction are written a moment after its commit")

    async def _readable(self):
        return all(end > self.ends[place] for place, end in (await self.reader.end_offsets(list(self.ends))).items())

    async def writes_to_all(self):
        return len(await self.producer.partitions_for(self.topic)) == 6

    async def abort(self, key):
        with contextlib.suppress(ZeroDivisionError):
            async with self.producer.transaction():
                await self.producer.send_and_wait(self.topic, b"never", key=key)
                raise ZeroDivisionError

    async def apply(self):
        """The group has applied all that was sent, and commits the offset behind the last record."""
        reader = AIOKafkaConsumer(**self.kafka, group_id=self.group, enable_auto_commit=False)
        await reader.start()
        reader.assign(list(self.ends))
        await reader.commit({place: (end, "") for place, end in self.ends.items()})
        await reader.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def group(kafka, create_topic):
    group = Group(kafka.bootstrap, await create_topic("fresh", partitions=3))
    await group.producer.start()
    await group.reader.start()
    yield group
    await group.reader.stop()
    await group.producer.stop()


@contextlib.asynccontextmanager
async def watching(group):
    freshness = Freshness(
        group.kafka,
        topic=group.topic,
        group=group.group,
        clock=lambda: datetime.now(UTC),
        whole=group.whole,
        every_seconds=0.05,
    )
    task = asyncio.create_task(freshness.watch())
    try:
        yield freshness
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def knows_more(freshness, since):
    """`as_of` is later than `since`."""
    await eventually(lambda: freshness.as_of and freshness.as_of > since, timeout=15, because="the group is up to date")


async def stands_still(freshness):
    """Several looks bring no later `as_of`: it stopped before what is unread came."""
    before = freshness.as_of
    looked = freshness._looks[-1][0] if freshness._looks else datetime.now(UTC)
    await eventually(lambda: len(freshness._looks) and freshness._looks[-1][0] > looked, because="it looked again")
    return freshness.as_of == before


async def test_an_empty_topic_is_read_to_its_end(group):
    async with watching(group) as freshness:
        await knows_more(freshness, datetime.now(UTC))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it ends while it connects
async def test_a_topic_that_is_not_there_is_not_read_to_its_end(group):
    group.topic = f"{group.topic}-missing"
    async with watching(group) as freshness:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(knows_more(freshness, datetime.now(UTC)), 2)


async def test_what_is_unread_holds_as_of_back_until_it_is_applied(group):
    await group.send(b"a", b"b", b"c", b"d")
    async with watching(group) as freshness:
        assert await stands_still(freshness)
        assert freshness.as_of is None
        await group.apply()
        applied = datetime.now(UTC)
        await knows_more(freshness, applied)
        await group.send(b"e")
        sent = datetime.now(UTC)
        await stands_still(freshness)  # a look that began before the sending may still end
        assert await stands_still(freshness)
        assert freshness.as_of < sent
        await group.apply()
        await knows_more(freshness, sent)


async def test_markers_of_transactions_and_aborted_records_are_nothing_to_read(group):
    await group.send(b"a")
    await group.apply()  # one offset before the marker
    await group.abort(b"a")
    await group.abort(b"b")
    async with watching(group) as freshness:
        await knows_more(freshness, datetime.now(UTC))


async def test_nothing_is_known_while_records_were_deleted_unread_and_nobody_has_compared(group):
    await group.send(b"a")
    await group.apply()
    async with watching(group) as freshness:
        await knows_more(freshness, datetime.now(UTC))
        await group.send(b"a", b"a")
        [(place, end)] = group.ends.items()
        await delete_records(group.kafka["bootstrap_servers"], group.topic, place.partition, end)
        await eventually(lambda: freshness.as_of is None, because="two records can never be read")
        group.letters = 1
        await group.apply()  # the reader has gone on, with a letter
        await eventually(lambda: not freshness._looks, because="it looked again")
        assert freshness.as_of is None
        group.letters = 0  # reconciled
        await knows_more(freshness, datetime.now(UTC))


async def test_when_kafka_is_away_as_of_stands_still_and_goes_on_afterwards(group, kafka):
    async with watching(group) as freshness:
        await knows_more(freshness, datetime.now(UTC))
        kafka.pause()
        try:
            paused = datetime.now(UTC)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(knows_more(freshness, paused), 2)
        finally:
            kafka.resume()
        await knows_more(freshness, datetime.now(UTC))


async def test_a_topic_that_gets_partitions_is_watched_on_all_of_them(group):
    await group.send(b"a")
    await group.apply()
    async with watching(group) as freshness:
        await knows_more(freshness, datetime.now(UTC))
        admin = AIOKafkaAdminClient(**group.kafka)
        await admin.start()
        await admin.create_partitions({group.topic: NewPartitions(6)})
        await admin.close()
        await eventually(lambda: len(freshness._looks and freshness._looks[-1][1]) == 6, because="it sees six")
        await knows_more(freshness, datetime.now(UTC))
        await eventually(group.writes_to_all, because="the producer knows them too")
        await group.send(*(b"%d" % number for number in range(20)))
        assert {place.partition for place in group.ends} > {0, 1, 2}
        await stands_still(freshness)  # a look that began before the sending may still end
        assert await stands_still(freshness)
        await group.apply()
        await knows_more(freshness, datetime.now(UTC))


async def test_a_coordinator_that_is_slow_to_be_found_ends_no_coordination(group, monkeypatch, caplog):
    """aiokafka 0.14 ends it where partitions are assigned again before."""
    lookup = AIOKafkaClient.coordinator_lookup

    async def late(self, *about):
        await asyncio.sleep(1)
        return await lookup(self, *about)

    monkeypatch.setattr(AIOKafkaClient, "coordinator_lookup", late)
    async with watching(group) as freshness:
        await knows_more(freshness, datetime.now(UTC))
    assert "Unexpected error" not in caplog.text


async def test_a_reader_that_cannot_even_be_stopped_in_order_does_not_end_the_watch(group, monkeypatch):
    """aiokafka 0.14 says at its stop once more why its coordination has ended."""
    ends, stop, looked, stopped = AIOKafkaConsumer.end_offsets, AIOKafkaConsumer.stop, [], []

    async def silent(self, places):
        looked.append(places)
        if len(looked) == 2:
            raise KafkaTimeoutError
        return await ends(self, places)

    async def refused(self):
        await stop(self)
        stopped.append(self)
        raise KafkaError

    monkeypatch.setattr(AIOKafkaConsumer, "end_offsets", silent)
    monkeypatch.setattr(AIOKafkaConsumer, "stop", refused)
    async with watching(group) as freshness:
        await eventually(lambda: stopped, because="a look has failed")
        await knows_more(freshness, datetime.now(UTC))


async def test_an_end_that_comes_while_a_client_closes_is_an_end_all_the_same(group, monkeypatch):
    """aiokafka 0.14 loses it: a process would never end."""
    closing, close = asyncio.Event(), AIOKafkaAdminClient.close

    async def losing(self):
        closing.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(1)
        await close(self)

    monkeypatch.setattr(AIOKafkaAdminClient, "close", losing)
    async with asyncio.timeout(30):
        async with watching(group) as freshness:
            await closing.wait()
    assert freshness.as_of is None
