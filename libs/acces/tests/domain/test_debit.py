"""The rate limit: bursts, waiting, and what is forgotten."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from acces.debit import Debit, peer

RATES = [(1, 1), (3, 7), (50, 100), (7, 20), (50, 1)]  # the windows of three of them are no whole seconds
PATIENT = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)  # a later example has a later time


@pytest.mark.parametrize(("per_second", "burst"), RATES)
async def test_exactly_the_burst_passes_at_once_and_again_when_its_window_is_over(clock, per_second, burst):
    debit, window = Debit(per_second=per_second, burst=burst), burst / per_second
    clock.monotonic = lambda: clock.now
    for _ in range(3):
        assert [await debit.take("a") > 0 for _ in range(burst + 2)] == [False] * burst + [True, True]
        clock.now += window * 0.999
        assert await debit.take("a") > 0
        clock.now += window * 0.002


@PATIENT
@given(st.integers(1, 100), st.integers(1, 100), st.lists(st.floats(0, 2), max_size=200))
async def test_who_waits_as_long_as_told_passes_whatever_came_before(clock, per_second, burst, pauses):
    debit = Debit(per_second=per_second, burst=burst)
    for pause in pauses:
        clock.now += pause
        wait = await debit.take("a")
        assert wait <= burst / per_second + 1
        if wait:
            clock.now += wait
            assert await debit.take("a") == 0


@PATIENT
@given(st.integers(1, 50), st.integers(1, 50), st.lists(st.floats(0, 0.25), min_size=1, max_size=300))
async def test_never_more_than_the_burst_and_what_the_time_allows(clock, per_second, burst, pauses):
    debit, began, passed = Debit(per_second=per_second, burst=burst), clock.now, 0
    for pause in pauses:
        clock.now += pause
        passed += await debit.take("a") == 0
    assert passed <= burst + (clock.now - began) * per_second


@pytest.mark.parametrize(("per_second", "burst"), RATES)
async def test_who_keeps_to_the_rate_is_never_refused(clock, per_second, burst):
    debit = Debit(per_second=per_second, burst=burst)
    for _ in range(3 * burst):
        clock.now += 1 / per_second
        assert await debit.take("a") == 0


async def test_a_refused_request_costs_nothing_and_others_are_not_concerned(clock):
    debit = Debit(per_second=1, burst=1)
    clock.monotonic = lambda: clock.now + 0.5
    assert await debit.take("a") == 0
    clock.now += 0.25
    assert {await debit.take("a") for _ in range(1_000)} == {1}
    assert await debit.take("b") == 0
    clock.now += 0.76
    assert await debit.take("a") == 0


async def test_an_address_is_forgotten_when_its_window_is_over(clock):
    debit = Debit(per_second=1, burst=1)
    for number in range(1_000):
        await debit.take(str(number))
    clock.now += 2
    await debit.take("later")
    assert list(debit._windows) == ["later"]


async def test_what_costs_more_than_ever_passes_waits_for_the_window_and_leaves_nothing(clock):
    debit = Debit(per_second=1, burst=3)
    assert await debit.take("a", cost=4) == 4
    assert await debit.take("a", cost=3) == 0


async def test_who_wants_many_waits_until_so_many_count_no_more(clock):
    debit = Debit(per_second=1, burst=3)
    clock.monotonic = lambda: clock.now
    for _ in range(3):
        assert await debit.take("a") == 0
        clock.now += 0.5
    assert await debit.take("a", cost=2) == 3  # one waits for the second
    clock.now += 2
    assert await debit.take("a", cost=2) == 0


def test_an_ipv6_subscriber_is_one_whatever_address_of_his_he_takes():
    assert peer("2001:db8::1") == peer("2001:db8::ffff:2") != peer("2001:db8:0:1::1")
    assert peer("192.0.2.1") != peer("192.0.2.2")
    assert peer("") == ""
    assert len(peer("x" * 1_000)) == 64
