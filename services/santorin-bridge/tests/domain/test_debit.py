"""The rate limit: bursts, waiting, and a bounded memory. Time is passed in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from santorin_bridge.domain.debit import SECOND, Debit, peer

START = 5_000_000 * SECOND  # a machine that has been up for two months


@pytest.mark.parametrize(("per_second", "burst"), [(1, 1), (3, 7), (50, 100), (7, 20)])
def test_exactly_the_burst_passes_at_once_then_one_at_a_time(per_second, burst):
    debit = Debit(per_second=per_second, burst=burst)
    assert [debit.take("a", START) for _ in range(burst + 1)] == [0] * burst + [1]
    later = START + SECOND // per_second
    assert (debit.take("a", later), debit.take("a", later)) == (0, 1)


@given(st.integers(1, 100), st.integers(1, 100), st.lists(st.integers(0, 2 * SECOND), max_size=200))
def test_who_waits_as_long_as_told_passes_whatever_came_before(per_second, burst, pauses):
    debit, now = Debit(per_second=per_second, burst=burst), START
    for pause in pauses:
        now += pause
        wait = debit.take("a", now)
        if wait:
            now += wait * SECOND
            assert debit.take("a", now) == 0


@given(st.integers(1, 50), st.integers(1, 50), st.lists(st.integers(0, SECOND // 4), min_size=1, max_size=300))
def test_never_more_than_the_burst_and_what_the_time_allows(per_second, burst, pauses):
    debit, now, passed = Debit(per_second=per_second, burst=burst), START, 0
    for pause in pauses:
        now += pause
        passed += debit.take("a", now) == 0
    assert passed <= burst + (now - START) / (SECOND // per_second)


def test_a_refused_request_costs_nothing_and_others_are_not_concerned():
    debit = Debit(per_second=1, burst=1)
    assert debit.take("a", START) == 0
    assert {debit.take("a", START) for _ in range(1_000)} == {1}
    assert debit.take("b", START) == 0
    assert debit.take("a", START + SECOND) == 0


def test_many_addresses_take_no_more_memory_than_the_bound_and_the_longest_silent_is_forgotten():
    debit = Debit(per_second=1, burst=1, keys=100)
    debit.take("busy", START)
    for number in range(10_000):
        debit.take(str(number), START)
        assert debit.take("busy", START) == 1, "who goes on asking is not forgotten"
    assert len(debit) == 100


def test_an_ipv6_subscriber_is_one_whatever_address_of_his_he_takes():
    assert peer("2001:db8::1") == peer("2001:db8::ffff:2") != peer("2001:db8:0:1::1")
    assert peer("192.0.2.1") != peer("192.0.2.2")
    assert peer("") == ""
    assert len(peer("x" * 1_000)) == 64
