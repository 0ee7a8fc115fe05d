"""When a mail goes out and with what: settling, one mail a person, night, reminders (R24, R44, R45, K.b)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from event_schemas import catalogue
from notifier.domain.notification import Nuit
from notifier.persistence import notifications

MINUTE = timedelta(minutes=1)
DAY = date(2020, 3, 5)


def parts(mailed, kind):
    return [part for part in mailed.message.walk() if part.get_content_type() == kind]


async def test_r15_whoever_is_convoked_gets_one_mail_and_the_fact_is_reported(notifier):
    await notifier.tell(notifier.event("1"))
    assert await notifier.round() == 0, "not before the changes have settled"
    await notifier.settle()
    [mailed] = notifier.smtp.mailed
    assert mailed.recipients == ("1@ac-exemple.invalid",)
    assert await notifier.states() == [(1, "SENT")]
    assert await notifier.reports() == [catalogue.NOTIFICATION_SENT]
    assert await notifier.round() == 0


async def test_changes_within_the_settling_time_are_one_mail_that_tells_the_last_state_as_a_convocation(notifier):
    await notifier.tell(notifier.event("1"))
    notifier.now += MINUTE
    await notifier.tell(notifier.event("1", 2, "MODIFICATION"))
    notifier.now += MINUTE
    assert await notifier.round() == 0, "the settling time begins again with each change"
    await notifier.settle()
    assert notifier.told() == ["CONVOCATION HG"]
    assert await notifier.states() == [(1, "SUPERSEDED"), (2, "SENT")]


async def test_a_stream_of_changes_is_told_after_five_settling_times_at_the_latest(notifier):
    start = notifier.now
    for number in range(20):
        await notifier.tell(notifier.event("1", code=f"M{number}"))
        await notifier.drain()
        if notifier.smtp.mailed:
            break
        notifier.now += MINUTE
    assert notifier.now - start == 5 * notifier.SETTLING


async def test_kb_created_and_cancelled_within_the_settling_time_nothing_is_sent(notifier):
    await notifier.tell(notifier.event("1"))
    notifier.now += MINUTE
    await notifier.tell(notifier.event("1", 2, "ANNULATION"))
    await notifier.settle()
    assert notifier.smtp.mailed == []
    assert await notifier.states() == [(1, "SUPERSEDED"), (2, "POINTLESS")]
    assert await notifier.reports() == []
    assert not any(notifier.convocation.asked)


@pytest.mark.parametrize(
    ("later", "subjects"),
    [
        (["MODIFICATION"], ["CONVOCATION HG", "MODIFICATION HG"]),
        (["ANNULATION"], ["CONVOCATION HG", "ANNULATION HG"]),
        (["MODIFICATION", "ANNULATION"], ["CONVOCATION HG", "ANNULATION HG"]),
        (["ANNULATION", "CONVOCATION"], ["CONVOCATION HG", "MODIFICATION HG"]),
        (["ANNULATION", "CONVOCATION", "ANNULATION"], ["CONVOCATION HG", "ANNULATION HG"]),
    ],
)
async def test_kb_what_is_told_follows_from_what_the_person_knows(notifier, later, subjects):
    await notifier.tell(notifier.event("1"))
    await notifier.settle()
    for version, nature in enumerate(later, 2):
        await notifier.tell(notifier.event("1", version, nature))
    await notifier.settle()
    assert notifier.told() == subjects
    assert [one.dite for asked in notifier.convocation.asked for one in asked] == [None, 1]


async def test_convoked_again_after_a_cancellation_that_was_told_it_is_a_convocation(notifier):
    for version, nature in enumerate(["CONVOCATION", "ANNULATION", "CONVOCATION"], 1):
        await notifier.tell(notifier.event("1", version, nature))
        await notifier.settle()
    assert notifier.told() == ["CONVOCATION HG", "ANNULATION HG", "CONVOCATION HG"]


async def test_a_failed_mail_may_have_been_handed_over_so_its_end_is_told(notifier):
    notifier.smtp.to["1@ac-exemple.invalid"] = ["550 unknown", "250 known now"]
    await notifier.tell(notifier.event("1"))
    await notifier.settle()
    await notifier.tell(notifier.event("1", 2, "ANNULATION"))
    await notifier.settle()
    assert notifier.told() == ["ANNULATION HG"]


async def test_many_missions_of_one_person_are_one_mail_with_all_documents_and_a_calendar_object_each(notifier):
    codes = [f"M{number}" for number in range(7)]
    await notifier.tell(*(notifier.event("1", code=code) for code in codes), notifier.event("2", code="M1"))
    await notifier.settle()
    assert sorted(notifier.recipients()) == ["1", "2"]
    mailed = next(one for one in notifier.smtp.mailed if one.recipients[0].startswith("1@"))
    names = [part.get_filename() for part in parts(mailed, "application/pdf")]
    assert names == [f"convocation-{code}-v1.pdf" for code in codes]
    assert len(parts(mailed, "text/calendar")) == len(codes)
    assert len(await notifier.reports()) == len(codes) + 1


async def test_the_message_id_is_the_same_whatever_the_order_in_which_its_items_came(notifier):
    await notifier.tell(notifier.event("1", code="A"), notifier.event("1", code="B"))
    await notifier.settle()
    await notifier.pool.execute("DELETE FROM notification")
    notifier.convocation.states.clear()
    await notifier.tell(notifier.event("1", code="B"))
    await notifier.tell(notifier.event("1", code="A"))
    await notifier.settle()
    assert list(notifier.smtp.ids().values()) == [2]


async def test_at_night_by_the_academies_own_clocks_nothing_goes_out(notifier):
    sending = notifier.sending(nuit=Nuit(time(20), time(7)))
    notifier.now = datetime(2020, 2, 3, 22, 0, tzinfo=ZoneInfo("Europe/Paris"))  # 1 h in La Réunion, 18 h in Guadeloupe
    await notifier.tell(notifier.event("1"), notifier.event("2", academie="28"), notifier.event("3", academie="32"))
    await notifier.settle(sending)
    assert notifier.recipients() == ["3"]
    notifier.now = datetime(2020, 2, 4, 6, 59, tzinfo=ZoneInfo("Indian/Reunion"))
    await notifier.drain(sending)
    assert notifier.recipients() == ["3"]
    notifier.now += MINUTE
    await notifier.drain(sending)
    assert notifier.recipients() == ["3", "2"]
    notifier.now = datetime(2020, 2, 4, 7, 0, tzinfo=ZoneInfo("Europe/Paris"))
    await notifier.drain(sending)
    assert notifier.recipients() == ["3", "2", "1"]


async def test_a_version_superseded_at_convocation_before_its_event_came_is_not_sent(notifier):
    await notifier.tell(notifier.event("1"))
    notifier.convocation.learn(notifier.event("1", 2, "MODIFICATION"))
    await notifier.settle()
    assert (await notifier.states(), notifier.smtp.mailed) == ([(1, "SUPERSEDED")], [])


async def test_a_version_convocation_does_not_know_yet_is_asked_again_later_and_delays_nobody(notifier):
    await notifier.tell(notifier.event("1"), notifier.event("2"))
    notifier.convocation.answers[notifier.convocation_id("1"), 1] = 404
    await notifier.settle()
    assert notifier.recipients() == ["2"]
    notifier.convocation.answers.clear()
    notifier.now += timedelta(seconds=5)
    await notifier.drain()
    assert notifier.recipients() == ["2", "1"]


class TestReminders:
    """J-7 and J-2 to who has not acknowledged."""

    async def _convoked(self, notifier):
        await notifier.tell(notifier.event("1"))
        await notifier.settle()

    async def _on(self, notifier, day):
        notifier.now = datetime.combine(day, time(9), ZoneInfo("Europe/Paris"))
        planned = await notifier.remind()
        await notifier.drain()
        return planned

    async def test_reminders_go_out_seven_and_two_days_before_once_each(self, notifier):
        await self._convoked(notifier)
        planned = [await self._on(notifier, DAY - timedelta(days=days)) for days in range(10, -3, -1)]
        assert planned == [0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0]
        assert notifier.told() == ["CONVOCATION HG", "RAPPEL HG", "RAPPEL HG"]
        assert len(set(notifier.smtp.ids())) == 3
        assert len(await notifier.reports()) == 1, "the établissement is told of the convocation, not of reminders"

    async def test_after_days_of_standstill_only_the_nearest_reminder_goes_out_and_never_on_the_day(self, notifier):
        await self._convoked(notifier)
        assert await self._on(notifier, DAY - timedelta(days=1)) == 1
        assert notifier.told() == ["CONVOCATION HG", "RAPPEL HG"]

    async def test_a_reminder_that_waited_until_the_day_is_not_sent(self, notifier):
        await self._convoked(notifier)
        notifier.now = datetime.combine(DAY - timedelta(days=2), time(9), ZoneInfo("Europe/Paris"))
        assert await notifier.remind() == 1
        notifier.now += timedelta(days=2)
        await notifier.drain()
        assert notifier.told() == ["CONVOCATION HG"]
        assert ("POINTLESS") in {etat for _, etat in await notifier.states()}

    async def test_who_has_acknowledged_is_not_reminded(self, notifier):
        await self._convoked(notifier)
        notifier.convocation.lues.add(notifier.convocation_id("1"))
        await self._on(notifier, DAY - timedelta(days=7))
        await self._on(notifier, DAY - timedelta(days=2))
        assert notifier.told() == ["CONVOCATION HG"]

    async def test_a_cancelled_or_changed_convocation_is_not_reminded_of_what_it_was(self, notifier):
        await self._convoked(notifier)
        await notifier.tell(notifier.event("1", 2, "ANNULATION"))
        await notifier.settle()
        assert await self._on(notifier, DAY - timedelta(days=7)) == 0
        await notifier.tell(notifier.event("2", 1, day=date(2020, 3, 20)))
        await notifier.settle()
        await notifier.tell(notifier.event("2", 2, "MODIFICATION", day=date(2020, 4, 20)))
        await notifier.settle()
        assert await self._on(notifier, date(2020, 3, 13)) == 0
        assert await self._on(notifier, date(2020, 4, 13)) == 1

    async def test_a_reminder_on_its_way_is_superseded_by_a_cancellation(self, notifier):
        await self._convoked(notifier)
        notifier.now = datetime.combine(DAY - timedelta(days=7), time(9), ZoneInfo("Europe/Paris"))
        await notifier.remind()
        await notifier.tell(notifier.event("1", 2, "ANNULATION"))
        await notifier.settle()
        assert notifier.told() == ["CONVOCATION HG", "ANNULATION HG"]

    async def test_who_was_convoked_within_the_week_is_reminded_two_days_before_only(self, notifier):
        notifier.now = datetime.combine(DAY - timedelta(days=5), time(9), ZoneInfo("Europe/Paris"))
        await self._convoked(notifier)
        assert [await self._on(notifier, DAY - timedelta(days=days)) for days in (5, 4, 3, 2, 1)] == [0, 0, 0, 1, 0]

    async def test_whose_mail_failed_is_not_reminded(self, notifier):
        notifier.smtp.refuse = "550 no such user"
        await self._convoked(notifier)
        assert await self._on(notifier, DAY - timedelta(days=7)) == 0

    async def test_the_day_is_the_academies_own(self, notifier):
        await notifier.tell(notifier.event("1", academie="28"), notifier.event("2", academie="32"))
        await notifier.settle()
        notifier.now = datetime.combine(DAY - timedelta(days=8), time(23), ZoneInfo("Europe/Paris"))
        assert await notifier.remind() == 1, "in La Réunion it is the next day already"
        await notifier.drain()
        assert notifier.recipients()[2:] == ["1"]


async def test_what_waits_and_since_when_is_measured(notifier):
    nothing = await notifications.waiting(notifier.pool, notifier.now)
    assert (nothing.waiting, nothing.age) == (0, 0.0)
    await notifier.tell(notifier.event("1"), notifier.event("2"))
    found = await notifications.waiting(notifier.pool, notifier.now + MINUTE)
    assert (found.waiting, found.age) == (2, 60.0)
