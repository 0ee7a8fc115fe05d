"""The relay on real Kafka and PostgreSQL: order per key, one leader, nothing lost when the broker is killed."""

import asyncio
import contextlib
from uuid import UUID, uuid5

import asyncpg
import pytest
from aiokafka.errors import KafkaError
from prometheus_client import REGISTRY

from chassis import migration, outbox
from chassis.outbox import Outbox, Outgoing
from chassis.relay import Relay, SendTimeout
from chassis.waiting import Waiting
from testkit.eventually import eventually
from testkit.topics import read_all

NAMESPACE = UUID("6f2f5bd8-0f0f-4b0c-9a53-0a8f3b1c2d4e")


@pytest.fixture
async def bench(kafka, create_database, create_topic):
    bench = Bench(kafka.bootstrap, await create_database("relay"), await create_topic("relayed", partitions=3))
    await bench.open()
    yield bench
    await bench.close()


class Bench:
    def __init__(self, bootstrap, url, topic):
        self.bootstrap, self.url, self.topic = bootstrap, url, topic
        self.relays = []

    async def open(self):
        self.pool = await asyncpg.create_pool(self.url, min_size=1)
        async with self.pool.acquire() as connection:
            await migration.migrate(connection, migration.of_packages(["chassis"]))

    async def close(self):
        for relay, task in self.relays:
            relay.stop()
            await task
        await self.pool.close()

    def start(self, poll_seconds=0.05):
        relay = Relay(
            service=self.topic,
            database_url=self.url,
            kafka={"bootstrap_servers": self.bootstrap},
            poll_seconds=poll_seconds,
            send_deadline_seconds=5,
        )
        self.relays.append((relay, asyncio.create_task(relay.run())))
        return relay

    async def write(self, name, version, *, rollback=False, hold=0.0):
        key = uuid5(NAMESPACE, name)
        with contextlib.suppress(ZeroDivisionError):
            async with self.pool.acquire() as connection, connection.transaction():
                row = Outgoing(self.topic, "t", str(key), key, version, str(version).encode())
                await outbox.append(connection, [row])
                await asyncio.sleep(hold)
                if rollback:
                    raise ZeroDivisionError

    async def is_empty(self):
        return await self.pool.fetchval("SELECT count(*) FROM outbox") == 0

    async def read(self):
        """Versions by key, in the order of the topic."""
        found: dict[str, list[int]] = {}
        for record in await read_all({"bootstrap_servers": self.bootstrap}, self.topic):
            found.setdefault(record.key.decode(), []).append(int(record.value))
        return found


@pytest.mark.parametrize("least", [1, 1_000], ids=["from memory", "from the table"])
async def test_every_committed_row_arrives_once_and_in_order_of_version_whatever_commits_late(
    bench, least, monkeypatch
):
    monkeypatch.setattr(outbox._handed, "MIN_ROWS", least)
    bench.start()

    async def life(name, start):
        for version in range(1, 6):
            hold = ((start * 7 + version * 3) % 5) / 100
            await bench.write(name, version, rollback=True, hold=hold)
            await bench.write(name, version, hold=hold)

    await asyncio.gather(*(life(f"aggregate-{number}", number) for number in range(30)))
    await eventually(bench.is_empty, because="the outbox is relayed")
    found = await bench.read()
    assert len(found) == 30
    assert set(map(tuple, found.values())) == {(1, 2, 3, 4, 5)}


async def test_the_relay_is_woken_by_a_commit_without_waiting_for_its_poll(bench):
    await bench.write("first", 1)
    relay = bench.start(poll_seconds=60)
    await eventually(bench.is_empty, because="the relay leads")
    await eventually(lambda: relay.silent_seconds() > 0.1, because="it sleeps in its long poll")
    await bench.write("a", 1)
    relay.wake()
    await eventually(bench.is_empty, timeout=5, because="the wake was heard")


def transactions(result):
    return REGISTRY.get_sample_value("imagin_relay_send_seconds_count", {"result": result}) or 0


async def test_transactions_are_timed_by_how_they_end():
    """Without Kafka: what is measured is the waiting."""
    before = {result: transactions(result) for result in ("sent", "failed", "timeout")}
    relay = Relay(service="x", database_url="", kafka={}, send_deadline_seconds=0.05)
    for producer, raised in (
        (Producer(), None),
        (Producer(fails=True), KafkaError),
        (Producer(hangs=True), SendTimeout),
    ):
        with pytest.raises(raised) if raised else contextlib.nullcontext():
            await relay._send(producer, [])
    for left in relay._leftovers:
        left.cancel()
    assert {result: transactions(result) - count for result, count in before.items()} == dict.fromkeys(before, 1)


class Producer:
    """aiokafka's, as far as an empty transaction asks it."""

    def __init__(self, *, fails=False, hangs=False):
        self.fails, self.hangs = fails, hangs

    async def begin_transaction(self):
        if self.hangs:
            await asyncio.Event().wait()

    async def commit_transaction(self):
        if self.fails:
            raise KafkaError


async def test_a_relay_tells_what_waits_in_each_of_its_sources_by_topic(bench):
    class DirtyKeys(Outbox):
        name = "keys"

        async def waiting(self, connection):
            return await connection.fetch(
                "SELECT 'states' AS topic, 7::bigint AS pending, 90::float8 AS oldest_seconds", record_class=Waiting
            )

    relay = Relay(service="s", database_url=bench.url, kafka={})
    relay.add_sources([DirtyKeys("/keys")])
    async with bench.pool.acquire() as connection:
        nothing = await relay.waiting(connection)
        await bench.write("a", 1)
        await bench.write("a", 2)
        await connection.execute("UPDATE outbox SET created_at = now() - interval '1 minute' WHERE version = 1")
        found = await relay.waiting(connection)
    assert (nothing["outbox"], list(found)) == ([], ["keys", "outbox"])
    seen = {name: [tuple(one) for one in rows] for name, rows in found.items()}
    assert seen == {"keys": [("states", 7, 90.0)], "outbox": [(bench.topic, 2, pytest.approx(60, abs=10))]}


async def test_only_one_of_two_relays_leads_and_the_other_takes_over(bench):
    first = bench.start()
    await bench.write("a", 1)
    await eventually(bench.is_empty, because="the first leads")
    bench.start()
    first.stop()
    await bench.write("a", 2)
    await eventually(bench.is_empty, because="the second took over")
    assert (await bench.read())[str(uuid5(NAMESPACE, "a"))] == [1, 2]


async def test_a_broker_that_is_killed_in_mid_flow_loses_nothing_and_a_reader_sees_each_version_once_in_order(
    bench, kafka
):
    """A commit whose answer was lost is sent again: what a version guard lets through is exact all the same."""
    bench.start()

    written = []

    async def write_on():
        for version in range(1, 500):
            await bench.write(f"k{version % 5}", version)
            written.append(version)

    writing = asyncio.create_task(write_on())
    await eventually(lambda: len(written) >= 50, because="the flow has begun")
    kafka.kill()
    assert not writing.done(), "killed after the flow, not in it"
    await kafka.restart()
    await writing
    await eventually(bench.is_empty, timeout=60, because="everything is relayed after the restart")
    found = await bench.read()
    for number in range(5):
        versions = found[str(uuid5(NAMESPACE, f"k{number}"))]
        assert guarded(versions) == [version for version in range(1, 500) if version % 5 == number]


def guarded(versions):
    """What a reader that keeps the highest version lets through."""
    passed: list[int] = []
    for version in versions:
        if not passed or version > passed[-1]:
            passed.append(version)
    return passed


async def test_woken_and_cancelled_at_once_it_ends_so_that_the_process_can():
    relay = Relay(
        service="x",
        database_url="",
        kafka={},
        batch_max_rows=1,
        poll_seconds=10,
        send_deadline_seconds=1,
    )
    pausing = asyncio.create_task(relay._pause(10))
    await asyncio.sleep(0)
    relay.wake()
    pausing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pausing
