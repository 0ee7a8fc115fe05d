"""A reader that stands still is told by log, metric and health; one that waits for database or broker is alive."""

from types import SimpleNamespace

import pytest

from chassis import progress
from chassis.metrics import CONSUMER_LAG, CONSUMER_PARTITIONS, CONSUMER_STANDING_SECONDS
from chassis.progress import Progress, Reading


@pytest.fixture
def watch(monkeypatch):
    """A Progress with a clock of ours; `at(seconds, …)` looks; `told` has the lines."""
    told, clock = [], SimpleNamespace(now=1_000.0)
    monkeypatch.setattr(progress.time, "time", lambda: clock.now)
    monkeypatch.setattr(progress.log, "error", lambda _, **said: told.append((said["cause"], said["seconds"])))
    followed = Progress(["g", "h"])

    def at(seconds, position=5, unread=3, answered=True, busy=False, held=False):
        clock.now = 1_000.0 + seconds
        fetched_at = clock.now if answered else 1_000.0
        followed.look([Reading("g", "t", 0, position, unread, fetched_at, busy, held)])
        return CONSUMER_STANDING_SECONDS.labels("g", "t", 0)._value.get()

    return SimpleNamespace(at=at, told=told, followed=followed)


def test_a_reader_that_reads_or_has_nothing_to_read_does_not_stand(watch):
    assert watch.at(0, position=5) == 0
    assert watch.at(100, position=6) == 0
    assert watch.at(200, position=6, unread=0) == 0
    assert watch.at(300, position=6, unread=0) == 0
    assert CONSUMER_LAG.labels("g", "t", 0)._value.get() == 0
    assert (watch.told, watch.followed.stuck) == ([], None)


def test_who_does_not_read_what_a_broker_gives_is_told_and_no_longer_alive(watch):
    assert [watch.at(seconds) for seconds in (0, 20, 31, 40, 70, 130)] == [0, 20, 31, 40, 70, 130]
    assert watch.told == [("nothing is read", 31), ("nothing is read", 70), ("nothing is read", 130)]
    assert watch.followed.stuck == "g"
    assert watch.at(140, position=6) == 0
    assert watch.followed.stuck is None


def test_a_batch_that_the_database_does_not_take_is_told_and_no_reason_to_restart(watch):
    for seconds in (0, 60, 200):
        watch.at(seconds, busy=True)
    assert watch.told == [("the batch is tried again", 60), ("the batch is tried again", 200)]
    assert watch.followed.stuck is None


def test_brokers_that_do_not_answer_are_told_and_no_reason_to_restart(watch):
    watch.at(0, unread=0)
    assert watch.at(200, unread=0, answered=False) == 200
    assert (watch.told, watch.followed.stuck) == ([("no broker answers", 200)], None)


def test_a_transaction_that_nobody_ends_is_told_and_no_reason_to_restart(watch):
    for seconds in (0, 60, 200):
        watch.at(seconds, held=True)
    assert watch.told == [("a producer's transaction is open", 60), ("a producer's transaction is open", 200)]
    assert watch.followed.stuck is None


def test_a_partition_that_went_to_another_process_has_no_figures_here(watch):
    watch.at(0)
    watch.followed.look([])
    assert list(CONSUMER_LAG.collect()[0].samples) == []


def test_a_group_that_has_no_partition_is_told_as_one(watch):
    def partitions():
        return [CONSUMER_PARTITIONS.labels(group)._value.get() for group in ("g", "h")]

    watch.at(0)
    assert partitions() == [1, 0]
    watch.followed.look([])
    assert partitions() == [0, 0]
