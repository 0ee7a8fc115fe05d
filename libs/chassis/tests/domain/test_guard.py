"""The version guard is the inbox: a full replay changes nothing."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from chassis.guard import Known, Outcome, guard


@dataclass(frozen=True)
class FakeEvent:
    aggregate: str
    version: int
    hash: str
    record: object = None


def _guard(events, known):
    outcome = Outcome()
    return guard(events, known, outcome), outcome


def test_a_higher_version_applies_even_when_versions_between_are_missing():
    passed, _ = _guard([FakeEvent("a", 7, "h7")], {"a": Known(3, "h3")})
    assert [event.version for event in passed] == [7]


def test_a_lower_version_is_ignored_as_stale():
    passed, outcome = _guard([FakeEvent("a", 2, "h2")], {"a": Known(3, "h3")})
    assert passed == []
    assert outcome.counts == {"stale": 1}


def test_the_same_version_with_the_same_content_is_a_duplicate_and_ignored():
    passed, outcome = _guard([FakeEvent("a", 3, "h3")], {"a": Known(3, "h3")})
    assert passed == []
    assert outcome.counts == {"duplicate": 1}


def test_the_same_version_with_other_content_is_a_conflict_and_a_dead_letter():
    passed, outcome = _guard([FakeEvent("a", 3, "other")], {"a": Known(3, "h3")})
    assert passed == []
    assert [(dead.stage, dead.aggregate, dead.version) for dead in outcome.dead] == [("CONFLICT", "a", 3)]


def test_versions_of_one_aggregate_within_a_batch_apply_in_order_and_once():
    events = [FakeEvent("a", 1, "h1"), FakeEvent("a", 1, "h1"), FakeEvent("a", 2, "h2"), FakeEvent("a", 1, "h1")]
    passed, outcome = _guard(events, {})
    assert [event.version for event in passed] == [1, 2]
    assert outcome.counts == {"duplicate": 1, "stale": 1}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 6)), max_size=40), st.integers(0, 40))
def test_however_events_are_shuffled_doubled_and_cut_into_batches_each_aggregate_ends_at_its_highest(history, cut):
    events = [FakeEvent(aggregate, version, f"h{version}") for aggregate, version in history]
    known: dict[str, Known] = {}
    applied = _guard(events[:cut], known)[0] + _guard(events[cut:], known)[0] + _guard(events, known)[0]
    for aggregate in "abc":
        versions = [event.version for event in applied if event.aggregate == aggregate]
        assert versions == sorted(set(versions))
        highest = max((version for name, version in history if name == aggregate), default=None)
        assert (versions[-1] if versions else None) == highest
