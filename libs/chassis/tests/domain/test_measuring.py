"""Whether PostgreSQL and Kafka answer, as the metrics say it."""

from types import SimpleNamespace

import pytest

from chassis import measuring, subscribing
from chassis.measuring import Answering, measure_parts
from chassis.metrics import DATABASE_UP, KAFKA_UP
from chassis.subscribing import Subscriptions


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(value=1_000.0)
    monkeypatch.setattr(measuring.time, "monotonic", lambda: now.value)
    monkeypatch.setattr(subscribing.time, "time", lambda: now.value)
    return now


def value(gauge):
    [family] = gauge.collect()
    [sample] = family.samples
    return sample.value


def test_postgresql_is_up_once_it_has_answered_until_it_fails_or_an_answer_hangs(clock):
    database = Answering(5)
    measure_parts(database, lambda: 0.0)
    assert value(DATABASE_UP) == 0
    database.yes()
    assert value(DATABASE_UP) == 1
    clock.value += 8.9
    assert value(DATABASE_UP) == 1
    clock.value += 0.1
    assert value(DATABASE_UP) == 0
    database.yes()
    database.no()
    assert value(DATABASE_UP) == 0


def reading(*polled, busy=0.0):
    """A consumer whose partitions were answered at these moments."""
    kafka = SimpleNamespace(assignment=lambda: range(len(polled)), last_poll_timestamp=lambda one: polled[one])
    return SimpleNamespace(busy_seconds=lambda: busy), SimpleNamespace(consumer=kafka)


def subscriptions(*readings):
    found = Subscriptions.__new__(Subscriptions)
    found._consumers, found._subscribers = zip(*readings, strict=True)
    return found


@pytest.mark.parametrize(
    ("readings", "seconds"),
    [
        ([reading(999_000, 990_000)], 1),  # one partition that is answered is enough
        ([reading(990_000), reading(997_000)], 3),
        ([reading(990_000, busy=2.0)], 0),  # it asks nobody meanwhile
        ([reading(None)], 0),  # not asked yet
        ([reading()], 0),  # another process has all partitions
        ([(SimpleNamespace(busy_seconds=lambda: 0.0), SimpleNamespace(consumer=None))], float("inf")),  # not started
    ],
)
def test_kafka_is_silent_since_the_last_answer_to_any_reader_that_waits_for_one(clock, readings, seconds):
    silent = subscriptions(*readings).silent_seconds()
    assert silent == seconds
    measure_parts(Answering(5), lambda: silent)
    assert value(KAFKA_UP) == (silent < 4)
