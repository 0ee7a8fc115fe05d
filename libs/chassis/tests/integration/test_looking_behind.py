"""The relay and a source that looks behind what is on its way: what is noted, when, and whose turn it is."""

import asyncio

import pytest
from aiokafka.errors import KafkaError

from chassis.outbox import Message
from chassis.relay import Relay


class Numbers:
    """A source of so many messages, numbered; PostgreSQL answers a clearing once it is `answering`."""

    name = "numbers"

    def __init__(self, count):
        self.left, self.cleared = list(range(count)), []
        self.asked, self.answering = asyncio.Event(), asyncio.Event()
        self.answering.set()

    async def fetch(self, connection, limit):
        return [Message("t", b"k", b"", [], number) for number in self.left[:limit]]

    async def fetch_behind(self, connection, limit, going):
        self.asked.set()
        behind = [number for number in self.left if number > going[-1].token]
        return [Message("t", b"k", b"", [], number) for number in behind[:limit]]

    async def clear(self, connection, sent):
        await self.answering.wait()
        self.cleared += [one.token for one in sent]
        self.left = [number for number in self.left if number not in self.cleared]


class Sending(Relay):
    """Sends nowhere: `taken` are the tokens of each transaction, the `failing`th of which fails."""

    def __init__(self, *sources, failing=0):
        super().__init__(service="s", database_url="", kafka={}, batch_max_rows=2)
        self._sources, self.taken, self.failing = list(sources), [], failing
        self.meanwhile = None

    async def _send(self, producer, messages):
        self.taken.append([one.token for one in messages])
        if self.meanwhile:
            await self.meanwhile()
        if len(self.taken) == self.failing:
            raise KafkaError


async def test_the_next_are_read_and_those_before_noted_while_some_are_on_their_way():
    numbers = Numbers(6)
    relay = Sending(numbers)
    seen = []

    async def meanwhile():
        await asyncio.wait_for(numbers.asked.wait(), 5)  # it is asked before Kafka has answered
        numbers.asked.clear()
        seen.append(list(numbers.cleared))

    relay.meanwhile = meanwhile
    assert await relay._round(None, None)
    assert relay.taken == [[0, 1], [2, 3], [4, 5]]
    assert seen == [[], [0, 1], [0, 1, 2, 3]], "what Kafka has taken, never what is on its way"
    assert numbers.cleared == [0, 1, 2, 3, 4, 5]


async def test_what_was_sent_is_noted_where_the_next_sending_fails_and_the_rest_waits():
    numbers = Numbers(6)
    numbers.answering.clear()
    relay = Sending(numbers, failing=2)
    going = asyncio.create_task(relay._round(None, None))
    _, waiting = await asyncio.wait({going}, timeout=0.2)
    assert waiting, "Kafka has failed, and PostgreSQL has not answered yet"
    numbers.answering.set()
    with pytest.raises(KafkaError):
        await going
    assert (numbers.cleared, numbers.left) == ([0, 1], [2, 3, 4, 5])


async def test_a_source_with_a_backlog_gives_way_to_the_others():
    numbers, other = Numbers(100), Numbers(1)
    relay = Sending(numbers, other)
    assert await relay._round(None, None), "more may wait"
    assert other.cleared == [0]
    assert 2 < len(numbers.cleared) < 100


async def test_a_relay_that_is_to_stop_finishes_what_is_on_its_way_and_reads_no_more():
    numbers = Numbers(100)
    relay = Sending(numbers)

    async def stop():
        relay.stop()

    relay.meanwhile = stop
    await relay._round(None, None)
    assert numbers.cleared == [one for taken in relay.taken for one in taken]
    assert len(relay.taken) <= 2
