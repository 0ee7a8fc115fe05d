"""`imagin topics` on a real cluster of one broker: refusals are told, copies are compared, nothing waits for ever."""

import asyncio

import pytest

from event_schemas.catalogue import MISSION, TOPICS
from imagin_ops import topics
from testkit.topics import create_topic, delete_topic


@pytest.fixture
async def cluster(kafka):
    """No topic of the catalogue is there."""
    for name in TOPICS:
        await delete_topic(kafka.bootstrap, name)
    return {"IMAGIN_KAFKA_BOOTSTRAP": kafka.bootstrap}


async def test_a_replication_that_the_cluster_refuses_is_told_by_topic_with_its_reason(imagin, cluster):
    done = await imagin("topics", "apply", "--replication", "3", **cluster)
    assert (done.code, done.out) == (1, "")
    for name in TOPICS:
        assert f"{name} : Unable to replicate the partition 3 time(s)" in done.err
    assert done.seconds < 10


async def test_topics_are_made_with_as_many_copies_as_there_are_brokers_and_three_at_most(imagin, cluster):
    done = await imagin("topics", "apply", "--json", **cluster)
    assert (done.code, sorted(done.json)) == (0, sorted(TOPICS))
    assert (await imagin("topics", "diff", **cluster)).code == 0
    again = await imagin("topics", "apply", "--json", **cluster)
    assert (again.code, again.json) == (0, [])


async def test_diff_tells_too_few_copies_and_how_many_must_be_in_sync(imagin, cluster):
    await imagin("topics", "apply", **cluster)
    done = await imagin("topics", "diff", "--replication", "3", "--json", **cluster)
    assert done.code == 1
    mine = [(one["setting"], one["wanted"], one["actual"]) for one in done.json if one["topic"] == MISSION]
    assert mine == [("replication", "3", "1"), ("min.insync.replicas", "2", "1")]
    assert len(done.json) == 2 * len(TOPICS)
    said = (await imagin("topics", "diff", "--replication", "3", **cluster)).out
    assert f"{MISSION} : replication = 1, attendu 3" in said


async def test_diff_tells_what_is_missing_or_was_changed_by_hand(imagin, cluster, kafka):
    topic = TOPICS[MISSION]
    configs = topic.configs | {"retention.ms": "1000", "min.insync.replicas": "2"}
    await create_topic(kafka.bootstrap, MISSION, partitions=topic.partitions + 1, configs=configs)
    done = await imagin("topics", "diff", "--json", **cluster)
    found = {(one["topic"], one["setting"]): (one["wanted"], one["actual"]) for one in done.json}
    assert found.pop((MISSION, "partitions")) == (str(topic.partitions), str(topic.partitions + 1))
    assert found.pop((MISSION, "retention.ms")) == (topic.configs["retention.ms"], "1000")
    assert found.pop((MISSION, "min.insync.replicas")) == ("1", "2")
    assert found == {(name, "topic"): ("present", None) for name in TOPICS if name != MISSION}


@pytest.mark.parametrize(("copies", "written"), [(1, "1"), (2, "1"), (3, "2"), (4, "3")])
def test_a_topic_is_made_so_that_all_copies_but_one_must_have_a_record(copies, written):
    new = topics._new(TOPICS[MISSION], copies)
    assert (new.replication_factor, new.topic_configs["min.insync.replicas"]) == (copies, written)


async def test_leaders_that_never_come_are_waited_for_with_a_limit(monkeypatch):
    class Leaderless:
        async def describe_topics(self, names):
            return [{"topic": name, "partitions": [{"leader": -1}]} for name in names]

    monkeypatch.setattr(topics, "_LEADERS_SECONDS", 0.2)
    with pytest.raises(topics.NotCreated) as told:
        async with asyncio.timeout(5):
            await topics._wait_for_leaders(Leaderless(), [MISSION])
    assert "sans leader" in told.value.reasons[MISSION]


async def test_a_kafka_that_is_frozen_or_away_is_told_in_one_sentence(imagin, cluster, kafka):
    kafka.pause()
    try:
        frozen = await imagin.process("topics", "diff", **cluster)
    finally:
        kafka.resume()
    away = await imagin("topics", "apply", IMAGIN_KAFKA_BOOTSTRAP="127.0.0.1:1")
    for done in (frozen, away):
        assert (done.code, done.out) == (4, "")
        assert "Kafka ne répond pas à" in done.err
        assert done.seconds < 15
