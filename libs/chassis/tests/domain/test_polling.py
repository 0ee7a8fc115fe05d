"""How a topic is polled: a record never waits for a sleep of ours."""

from types import SimpleNamespace

import anyio
import pytest

from chassis.settings import ServiceSettings
from chassis.subscribing import Subscriptions


class Settings(ServiceSettings):
    service_name = "polling"


class Kafka:
    """Nothing comes in a first poll, one record in the next."""

    def __init__(self):
        self.polls = [{}, {"place": ["record"]}]
        self.most = []

    async def getmany(self, *, timeout_ms, max_records):
        assert timeout_ms
        self.most.append(max_records)
        return self.polls.pop(0)


async def test_after_an_empty_poll_the_next_one_begins_at_once(monkeypatch):
    async def sleep(_):
        pytest.fail("a record that comes now waits")

    monkeypatch.setattr(anyio, "sleep", sleep)
    settings = Settings(database_url="postgresql://u:p@h/d", kafka_bootstrap="h:1", kafka_batch_max_records=7)
    subscriptions = Subscriptions(settings, [SimpleNamespace(topic="topic", group="polling.topic", gather_seconds=0.0)])
    kafka, [subscriber] = Kafka(), subscriptions._subscribers
    assert [await subscriber.get_msg(kafka), await subscriber.get_msg(kafka)] == [(), ("record",)]
    assert kafka.most == [7, 7]
