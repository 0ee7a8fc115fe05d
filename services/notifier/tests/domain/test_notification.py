"""What is told, as what and when; the identity of a mail (D28, K.b)."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.domain.courrier import Nature
from notifier.domain.notification import Connu, Nuit, mail_id, message_id, nature_de, pause, settled

NOW = datetime(2020, 2, 3, 9, tzinfo=UTC)
ITEMS = st.lists(st.tuples(st.uuids(), st.integers(1, 99), st.sampled_from([0, 2, 7])), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("connu", "active", "nature"),
    [
        (Connu(), True, Nature.CONVOCATION),
        (Connu(), False, None),
        (Connu(1, active=True), True, Nature.MODIFICATION),
        (Connu(1, active=True), False, Nature.ANNULATION),
        (Connu(2, active=False), True, Nature.CONVOCATION),
        (Connu(2, active=False), False, None),
        (Connu(en_echec=True), True, Nature.CONVOCATION),
        (Connu(en_echec=True), False, Nature.ANNULATION),
        (Connu(2, active=False, en_echec=True), False, Nature.ANNULATION),
    ],
)
def test_kb_how_a_state_is_told_follows_from_what_the_person_knows(connu, active, nature):
    assert nature_de(connu, active=active) is nature


@given(ITEMS, st.randoms())
def test_the_message_id_is_computed_from_the_sorted_items(items, random):
    mixed = random.sample(items, len(items))
    assert message_id(mail_id(items), "imagin.invalid") == message_id(mail_id(mixed), "imagin.invalid")


@given(ITEMS, ITEMS)
def test_other_items_are_another_mail(items, others):
    assert (mail_id(items) == mail_id(others)) == (sorted(items) == sorted(others))


def test_a_reminder_and_what_it_reminds_of_are_two_mails():
    assert len({mail_id([(UUID(int=7), 1, jours)]) for jours in (0, 2, 7)}) == 3


@given(st.lists(st.integers(0, 119), max_size=30))
def test_changes_settle_and_wait_five_times_that_at_most(gaps):
    settling = timedelta(seconds=120)
    now = since = NOW
    for gap in gaps:
        now += timedelta(seconds=gap)
        at = settled(now, since, settling)
        assert at <= since + 5 * settling
        assert at == now + settling or at == since + 5 * settling


def test_pauses_double_from_two_seconds_to_a_quarter_of_an_hour():
    seconds = [pause(attempt).total_seconds() for attempt in (1, 2, 3, 9, 10, 1000)]
    assert seconds == [2, 4, 8, 512, 900, 900]


@pytest.mark.parametrize(
    ("nuit", "heures"),
    [
        (Nuit(time(20), time(7)), {0, 1, 2, 3, 4, 5, 6, 20, 21, 22, 23}),
        (Nuit(time(0), time(6)), {0, 1, 2, 3, 4, 5}),
        (Nuit(time(0), time(0)), set()),
    ],
)
def test_the_night_may_pass_midnight_and_ends_on_the_hour(nuit, heures):
    assert {hour for hour in range(24) if NOW.replace(hour=hour) in nuit} == heures
