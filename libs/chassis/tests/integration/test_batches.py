"""Structured mode and batches on real Kafka and PostgreSQL: a bad event dies alone and is retried alone (0058)."""

import json

from aiokafka import TopicPartition

from chassis.envelopes import BATCH, STRUCTURED
from testkit.eventually import eventually

TYPE = "fr.imagin.thing.v1"


def event(name, version=1, **envelope):
    body = {"id": name, "version": version, "hash": f"h{version}"}
    return {"specversion": "1.0", "type": TYPE, "id": f"{name}-{version}", "source": "/x", "data": body} | envelope


def sent(value, media, key=b"a"):
    return {"key": key, "value": json.dumps(value).encode(), "headers": [("content-type", media.encode())]}


async def test_a_bad_event_of_a_batch_dies_alone_and_its_neighbours_apply(bench):
    batch = [event("a"), event("a", 2, data={"id": 3}), event("other"), event("a", 2)]
    await bench.send(sent(batch, BATCH), sent(event("a", 3), STRUCTURED))
    await bench.start()
    await eventually(bench.committed_everything, because="every offset is committed")
    assert await bench.things() == [("a", 3, 3)]
    reasons = [reason for *_, reason, _ in await bench.dead()]
    assert [reason.partition(":")[0] for reason in reasons] == ["event 2 of the batch", "event 3 of the batch"]
    assert reasons[1].endswith("the record's key is not the key of its body")


async def test_a_letter_of_a_batch_is_tried_again_alone_and_stays_one_letter(bench):
    await bench.send(sent([event("bug"), event("bug", 2), event("bug", 2)], BATCH, key=b"bug"))
    await bench.start()
    await eventually(bench.committed_everything, because="every offset is committed")
    assert [state for *_, state in await bench.dead()] == ["OPEN"] * 3
    await bench.pool.execute("UPDATE dead_letter SET state = 'RETRY' WHERE reason LIKE 'event 2%'")
    assert await bench.consumer.retry_dead_letters() == 1
    rows = await bench.pool.fetch("SELECT reason, state, attempts FROM dead_letter ORDER BY reason")
    assert [tuple(row) for row in rows] == [
        ("event 1 of the batch: KeyError", "OPEN", 1),
        ("event 2 of the batch: KeyError", "OPEN", 2),
        ("event 3 of the batch: KeyError", "OPEN", 1),
    ]
    await bench.pool.execute("UPDATE dead_letter SET state = 'RETRY' WHERE reason LIKE 'event 2%'")
    bench.reader.mended = True
    await bench.consumer.retry_dead_letters()
    assert [tuple(one) for one in await bench.things()] == [("bug", 2, 1)]
    states = await bench.pool.fetch("SELECT state FROM dead_letter ORDER BY reason")
    assert [row["state"] for row in states] == ["OPEN", "RETRIED", "OPEN"]


async def test_a_batch_that_comes_again_changes_nothing(bench):
    await bench.send(sent([event("a"), event("b"), event("a", 2)], BATCH))
    await bench.start()
    await eventually(bench.committed_everything, because="the first pass is done")
    before = await bench.things(), await bench.dead()
    bench.subscriptions._subscribers[0].consumer.seek(TopicPartition(bench.topic, 0), 0)
    await bench.send(sent(event("a", 2), STRUCTURED))
    await eventually(bench.committed_everything, because="the replay is done")
    assert (await bench.things(), await bench.dead()) == before


async def test_a_hundred_events_a_record_are_written_in_transactions_of_a_bounded_size(bench):
    bench.consumer._max_events = 7
    sizes = []
    process = bench.consumer._process

    async def counted(connection, records, spans):
        sizes.append(len(records))
        return await process(connection, records, spans)

    bench.consumer._process = counted
    await bench.send(sent([event("a", number) for number in range(1, 101)], BATCH))
    await bench.start()
    await eventually(bench.committed_everything, because="every offset is committed")
    assert sum(sizes) == 100
    assert max(sizes) == 7
    assert [(name, version) for name, version, _ in await bench.things()] == [("a", 100)]


async def test_a_reader_that_tells_of_the_dead_is_told_of_each_once(bench):
    told = []

    async def bury(connection, dead):
        assert connection.is_in_transaction()
        told.extend(one.told for one in dead)

    bench.reader.bury = bury
    await bench.send(sent([event("bug"), event("b"), event("bug", 2)], BATCH, key=b"bug"))
    await bench.start()
    await eventually(bench.committed_everything, because="the first pass is done")
    other = "event 2 of the batch: the record's key is not the key of its body"
    once = sorted(["event 1 of the batch: KeyError", other, "event 3 of the batch: KeyError"])
    assert sorted(told) == once
    bench.subscriptions._subscribers[0].consumer.seek(TopicPartition(bench.topic, 0), 0)
    await bench.send(sent(event("a"), STRUCTURED))
    await eventually(bench.committed_everything, because="the replay is done")
    await bench.pool.execute("UPDATE dead_letter SET state = 'RETRY'")
    await bench.consumer.retry_dead_letters()
    assert sorted(told) == once
