"""Readers that gather, on real Kafka and PostgreSQL: what comes within their seconds is one transaction."""

import json

import pytest

from testkit.eventually import eventually

TYPE = "fr.imagin.thing.v1"


def thing(name, digest="h1"):
    body = {"id": name, "version": 1, "hash": digest}
    return {"key": name.encode(), "value": json.dumps(body).encode(), "headers": [("ce_type", TYPE.encode())]}


@pytest.fixture
def written(bench):
    """How many records each transaction had."""
    sizes, write = [], bench.consumer._write_batch

    async def counted(records):
        sizes.append(len(records))
        await write(records)

    bench.consumer._write_batch = counted
    return sizes


async def test_what_comes_within_the_seconds_is_one_transaction(bench, written):
    bench.consumer.gather_seconds = 1.5
    await bench.start()
    await bench.send(*(thing(f"t{number}") for number in range(60)))
    await eventually(bench.committed_everything, because="every offset is committed")
    assert sum(written) == 60
    assert len(written) <= 2  # the seconds may end while they are sent


async def test_much_is_not_waited_for(bench, written):
    bench.consumer.gather_seconds = 25  # longer than a request may take: an answer that waits for them never comes
    await bench.start()
    await bench.send(thing("large", "h" * 70_000))
    await eventually(bench.committed_everything, timeout=15, because="it is more than a reader gathers")
    assert written == [1]


async def test_who_does_not_gather_has_a_record_at_once(bench, written):
    await bench.start()
    for number in range(3):
        await bench.send(thing(f"t{number}"))
        await eventually(bench.committed_everything, timeout=15, because="nothing else comes")
    assert written == [1, 1, 1]
