"""Several connections: a slow destination holds one of them, order per person is kept, and so is the rate (D28)."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from notifier.domain.notification import mail_id
from notifier.gateways.mail import Smtp
from notifier.persistence import notifications
from notifier.sender import Sender
from notifier.use_cases.deliver import Courrier, Delivering
from testkit.eventually import eventually

SLOW, FAST = "lent.invalid", "rapide.invalid"


@pytest.fixture(autouse=True)
def _soon_slow(monkeypatch):
    monkeypatch.setattr("notifier.use_cases.dispatch._SLOW_SECONDS", 0.2)


@pytest.fixture
def none_is_slow(_soon_slow, monkeypatch):
    """For tests about other things: a machine that stands still for a moment makes no destination a slow one."""
    monkeypatch.setattr("notifier.use_cases.dispatch._SLOW_SECONDS", 60.0)


@asynccontextmanager
async def running(notifier, *, poll_seconds=0.05, **options):
    """The sender's loop. It is cancelled at the end, as at a stop of the process."""
    sender = Sender(notifier.url, notifier.sending(**options), lambda: None, poll_seconds=poll_seconds)
    task = asyncio.create_task(sender.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def convoke(notifier, domains, *, name="p"):
    """One person each, in the order of the queue."""
    people = [f"{name}{number:03}" for number in range(len(domains))]
    for person, domain in zip(people, domains, strict=True):
        notifier.convocation.addresses[person] = f"{person}@{domain}"
    await notifier.tell(*(notifier.event(person) for person in people))
    notifier.now += notifier.SETTLING
    return people


def taken(notifier, domain):
    return [one.recipients[0] for one in notifier.smtp.mailed if one.recipients[0].endswith(f"@{domain}")]


def mails_of(notifier, person):
    """Subjects, in the order in which the server took them."""
    return [
        one.message["Subject"].partition(" : ")[0]
        for one in notifier.smtp.mailed
        if one.recipients[0].startswith(person)
    ]


async def all_sent(notifier):
    return {etat for _, etat in await notifier.states()} == {"SENT"}


async def test_a_slow_destination_holds_one_connection_while_all_others_go_out(notifier):
    notifier.smtp.slow_domains[SLOW] = 1.0
    await convoke(notifier, [SLOW] * 8 + [FAST, "autre.invalid"] * 15)
    async with running(notifier, batch_size=3):  # three of the slow destination's people fill a round
        await eventually(lambda: len(notifier.smtp.mailed) >= 30, because="the others do not wait", timeout=20)
        assert len(taken(notifier, SLOW)) <= 4, "of eight that are first in the queue"
        await eventually(lambda: all_sent(notifier), because="nobody is forgotten", timeout=30)
    assert notifier.smtp.at_once[SLOW] == 1
    assert len(notifier.smtp.mailed) == len(notifier.smtp.ids()) == 38
    asked = [one.convocation_id for some in notifier.convocation.asked for one in some]
    assert len(asked) <= 38 + 2 * 8, "who is held is not asked for again and again"


async def test_a_destination_that_is_fast_again_is_sent_to_at_once(notifier):
    notifier.smtp.slow_domains[SLOW] = 0.5
    await convoke(notifier, [SLOW] * 60)
    async with running(notifier, poll_seconds=0.5):  # let go one a round, they would take half a minute
        await eventually(lambda: len(notifier.smtp.mailed) >= 2, because="it is slow")
        notifier.smtp.slow_domains.clear()
        await eventually(lambda: all_sent(notifier), because="all are let go", timeout=15)
    assert notifier.smtp.at_once[SLOW] == 1
    assert len(notifier.smtp.ids()) == len(notifier.smtp.mailed) == 60


async def test_a_later_mail_of_a_person_never_overtakes_one_in_hand_though_its_address_is_new(notifier):
    notifier.smtp.slow_domains[SLOW] = 1.5
    one, other = await convoke(notifier, [SLOW, SLOW])
    async with running(notifier):
        await eventually(lambda: notifier.smtp.at_once[SLOW], because="the first is in hand")
        for person in (one, other):
            notifier.convocation.addresses[person] = f"{person}@{FAST}"
        await notifier.tell(notifier.event(one, 2, "MODIFICATION"), notifier.event(other, code="MA"))
        await convoke(notifier, [FAST] * 5, name="z")
        await eventually(lambda: len(taken(notifier, FAST)) >= 5, because="later mails of others go out")
        assert mails_of(notifier, one) == []
        await eventually(lambda: all_sent(notifier), because="the second version follows", timeout=20)
    assert mails_of(notifier, one) == ["Convocation", "Convocation modifiée"]
    assert max(notifier.smtp.ids().values()) == 1


async def test_a_mail_of_uncertain_fate_goes_before_the_later_one_of_its_person_on_any_connection(notifier):
    notifier.smtp.drop_after_data = 1
    one, *_ = await convoke(notifier, [SLOW])
    await notifier.drain(notifier.sending())
    notifier.convocation.addresses[one] = f"{one}@{FAST}"
    notifier.smtp.slow_domains[FAST] = 0.5
    await notifier.tell(notifier.event(one, 2, "MODIFICATION"))
    await convoke(notifier, ["a.invalid", "b.invalid", "c.invalid"], name="z")
    async with running(notifier):
        await eventually(lambda: all_sent(notifier), because="each is told", timeout=20)
    assert mails_of(notifier, one) == ["Convocation", "Convocation", "Convocation modifiée"]


async def test_mails_of_several_connections_are_recorded_in_one_commit(notifier):
    await convoke(notifier, [FAST] * 4)
    lock = asyncio.Lock()
    delivering = Delivering(notifier.mail, notifier.identity, notifier.clock, lock)
    async with notifier.pool.acquire() as connection:
        due = await notifications.due(connection, notifier.now, [], 4, [])
        async with lock:  # the commit before
            courriers = [Courrier(mail_id([row.item]), None, [row], again=False) for row in due]
            waiting = [asyncio.create_task(delivering.commit(connection, None, one)) for one in courriers]
            await asyncio.sleep(0)
        assert await asyncio.gather(*waiting) == [True] * 4
    assert await notifier.pool.fetchval("SELECT count(DISTINCT xmin::text) FROM notification") == 1


async def test_with_one_connection_one_mail_goes_after_another(notifier):
    notifier.mail = Smtp(notifier.smtp.url)
    notifier.smtp.slow_domains[SLOW] = 0.5
    await convoke(notifier, [FAST, SLOW, "autre.invalid"] * 3)
    async with running(notifier):
        await eventually(lambda: all_sent(notifier), because="all go out", timeout=20)
    assert notifier.smtp.at_once[""] == len(notifier.smtp.connections) == 1
    assert notifier.recipients() == [f"p{number:03}" for number in range(9)]


@pytest.mark.usefixtures("none_is_slow")
async def test_the_rate_is_that_of_all_connections_together(notifier):
    notifier.mail = Smtp(notifier.smtp.url, rate=10, connections=4)
    notifier.smtp.slow_seconds = 0.15
    await convoke(notifier, ["a.invalid", "b.invalid", "c.invalid", "d.invalid"] * 4)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await notifier.drain(notifier.sending())
    assert loop.time() - began >= 15 / 10
    assert notifier.smtp.at_once[""] > 1, "over several"
    assert len(notifier.smtp.mailed) == 16


@pytest.mark.usefixtures("none_is_slow")
async def test_a_server_that_takes_fewer_connections_gets_all_mails_over_those(notifier):
    notifier.smtp.takes_from = 2
    notifier.smtp.slow_seconds = 0.1
    await convoke(notifier, [f"d{number % 5}.invalid" for number in range(20)])
    await notifier.drain(notifier.sending())
    assert await all_sent(notifier)
    assert notifier.smtp.at_once[""] == 2
    assert len(notifier.smtp.mailed) == 20


@pytest.mark.usefixtures("none_is_slow")
async def test_stopped_it_finishes_the_mails_in_hand_and_begins_none(notifier):
    notifier.smtp.slow_seconds = 1.0
    await convoke(notifier, ["a.invalid", "b.invalid"] * 3)
    async with running(notifier):
        await eventually(lambda: notifier.smtp.at_once[""] == 2, because="two are in hand")
    states = [etat for _, etat in await notifier.states()]
    assert sorted(states) == ["PENDING"] * 4 + ["SENT"] * 2
    assert len(notifier.smtp.mailed) == 2


async def test_stopped_it_does_not_wait_for_ever_and_the_mail_goes_again_as_it_was(notifier, monkeypatch):
    monkeypatch.setattr("notifier.sender._GRACE_SECONDS", 0.2)
    notifier.smtp.slow_domains[SLOW] = 4.0
    await convoke(notifier, [SLOW])
    async with running(notifier):
        await eventually(lambda: notifier.smtp.at_once[SLOW], because="it is in hand")
    assert await notifier.states() == [(1, "SENDING")]
    notifier.smtp.slow_domains.clear()
    async with running(notifier):
        await eventually(lambda: all_sent(notifier), because="it goes again", timeout=3)
    assert len(notifier.smtp.ids()) == 1
    assert len({bytes(one.message) for one in notifier.smtp.mailed}) == 1


async def test_an_answer_to_data_that_takes_longer_than_a_command_may_is_waited_for(notifier, monkeypatch):
    monkeypatch.setattr("notifier.gateways.mail._COMMAND_SECONDS", 0.3)
    notifier.smtp.slow_seconds = 1.0
    await convoke(notifier, [SLOW])
    async with running(notifier):
        await eventually(lambda: all_sent(notifier), because="it is taken")
    assert len(notifier.smtp.mailed) == 1, "and not doubled"


async def test_a_server_silent_about_one_recipient_is_not_down_and_that_mail_is_tried_again_later(
    notifier, monkeypatch
):
    monkeypatch.setattr("notifier.gateways.mail._COMMAND_SECONDS", 0.3)
    notifier.mail = Smtp(notifier.smtp.url)
    notifier.smtp.silent_seconds[SLOW] = 1.0
    await convoke(notifier, [SLOW, FAST, FAST])
    await notifier.drain(notifier.sending())
    assert [etat for _, etat in await notifier.states("p000")] == ["PENDING"]
    assert len(taken(notifier, FAST)) == 2
    notifier.smtp.silent_seconds.clear()
    notifier.now += notifier.SETTLING
    await notifier.drain(notifier.sending())
    assert await all_sent(notifier)
    assert max(notifier.smtp.ids().values()) == 1


async def test_what_the_server_says_is_not_in_the_log(notifier):
    (person,) = await convoke(notifier, [SLOW])
    notifier.smtp.to[f"{person}@{SLOW}"] = [f"421 {person}@{SLOW} is unwelcome", "250 now"]
    with capture_logs() as lines:
        async with running(notifier):
            await eventually(lambda: all_sent(notifier), because="it goes out at last")
    assert [line["cause"] for line in lines if line["event"] == "sender.waits"] == ["SMTP 421"]
    assert person not in str(lines)


async def test_the_versions_after_next_are_asked_for_before_the_first_mails_have_gone_out(notifier, monkeypatch):
    monkeypatch.setattr("notifier.use_cases.dispatch._SLOW_SECONDS", 60)  # a machine that stands still is not slow
    ask, gone_out = notifier.convocation.envois, []

    async def watched(wanted):
        gone_out.append(len(notifier.smtp.mailed))
        return await ask(wanted)

    monkeypatch.setattr(notifier.convocation, "envois", watched)
    await convoke(notifier, [FAST] * 40)
    await notifier.drain(notifier.sending())
    assert len(gone_out) == 4
    assert gone_out[:2] == [0, 0]
    assert gone_out[2] < 10
    assert gone_out[3] < 20
    assert len(notifier.smtp.mailed) == 40
