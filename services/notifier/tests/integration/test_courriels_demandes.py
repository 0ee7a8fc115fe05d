"""Mails that no new version brings: again what did not arrive, to the address of that moment; answers to people."""

from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace

import pytest

from chassis.cloudevents import Cause, Event
from event_schemas import catalogue
from event_schemas.courriels import CourrielDemande
from notifier.handlers.courriels import QueueOnCourrielDemande


def demande(notifier, numero, version=1, *, of=1, code="HG", objet="RENVOI"):
    state = CourrielDemande.create(
        convocation_id=notifier.convocation_id(numero, code),
        version=version,
        convocation_version=of,
        objet=objet,
    )
    return Event(
        state, catalogue.COURRIEL_DEMANDE, "i", Cause("c"), state.aggregate, version, state.hash, SimpleNamespace()
    )


async def ask(notifier, *events):
    reader = QueueOnCourrielDemande(notifier.clock, notifier.SETTLING)
    async with notifier.pool.acquire() as connection, connection.transaction():
        held = await reader.known(connection, [one.aggregate for one in events])
        await reader.apply(connection, list(events), held)
    return held


@pytest.fixture
async def refused(notifier):
    """Two convocations of one person in one mail that the server refuses, and one of somebody else."""
    notifier.convocation.addresses["1"] = "ancienne@ac-exemple.invalid"
    notifier.smtp.to["ancienne@ac-exemple.invalid"] = ["550 5.1.1 unknown"]
    await notifier.tell(notifier.event("1", code="A"), notifier.event("1", code="B"), notifier.event("2"))
    await notifier.settle()
    assert await notifier.states("1") == [(1, "FAILED")] * 2
    return notifier


async def test_it_goes_to_the_corrected_address_in_one_mail_and_is_told(refused):
    refused.convocation.addresses["1"] = "nouvelle@ac-exemple.invalid"
    for code in "AB":
        await ask(refused, demande(refused, "1", code=code))
    before = len(refused.smtp.mailed)
    await refused.drain()
    assert len(refused.smtp.mailed) == before, "it settles like every change"
    await refused.settle()
    assert [one.recipients for one in refused.smtp.mailed[before:]] == [("nouvelle@ac-exemple.invalid",)]
    assert await refused.states("1") == [(1, "SENT")] * 2
    assert (await refused.reports())[-2:] == [catalogue.NOTIFICATION_SENT] * 2


async def test_what_the_person_lost_goes_out_again_as_a_mail_that_no_mailbox_takes_for_the_first(notifier):
    await notifier.tell(notifier.event("1"))
    await notifier.settle()
    for version in (1, 2):
        await ask(notifier, demande(notifier, "1", version))
        await notifier.settle()
    assert notifier.told() == ["CONVOCATION HG"] * 3
    assert list(notifier.smtp.ids().values()) == [1, 1, 1]
    assert (await notifier.reports()) == [catalogue.NOTIFICATION_SENT] * 3


async def test_five_days_of_patience_begin_again(refused):
    refused.now += timedelta(days=6)
    refused.smtp.to["ancienne@ac-exemple.invalid"] = ["450 4.2.1 busy"]
    await ask(refused, demande(refused, "1", code="A"))
    await refused.settle()
    assert sorted(etat for _, etat in await refused.states("1")) == ["FAILED", "PENDING"]


async def test_what_is_superseded_is_not_sent_again(refused):
    await refused.tell(refused.event("1", 2, "MODIFICATION", code="A"))
    await ask(refused, demande(refused, "1", code="A"))
    assert (1, "SUPERSEDED") in await refused.states("1")
    before = len(refused.smtp.mailed)
    refused.smtp.to.clear()
    await refused.settle()
    assert len(refused.smtp.mailed) == before + 1


async def test_the_guard_knows_the_last_request(refused):
    key = str(refused.convocation_id("1", "A"))
    assert await ask(refused, demande(refused, "1", code="A")) == {}
    again = await ask(refused, demande(refused, "1", 3, code="A"))
    assert {one: known.version for one, known in again.items()} == {key: 1}
    assert (await ask(refused, demande(refused, "1", 4, code="A")))[key].version == 3


async def test_an_answer_to_an_empechement_is_one_mail_and_no_news_of_the_convocation(notifier):
    await notifier.tell(notifier.event("1"))
    await notifier.settle()
    told = len(await notifier.reports())
    notifier.convocation.reponses[notifier.convocation_id("1")] = "Votre date est déplacée au matin."
    await ask(notifier, demande(notifier, "1", 1, objet="REPONSE"))
    await notifier.settle()
    assert notifier.told() == ["CONVOCATION HG", "REPONSE HG"]
    assert "Votre date est déplacée au matin." in notifier.smtp.mailed[-1].message.get_body(("plain",)).get_content()
    await ask(notifier, demande(notifier, "1", 2, objet="REPONSE"))
    await notifier.settle()
    assert notifier.told()[2:] == ["REPONSE HG"]
    assert len(notifier.smtp.ids()) == 3, "a second answer is another mail"
    assert len(await notifier.reports()) == told


async def test_a_reminder_that_does_not_arrive_is_told_and_the_convocation_can_be_asked_for_again(notifier):
    await notifier.tell(notifier.event("1"))
    await notifier.settle()
    notifier.now = datetime.combine(notifier.DAY - timedelta(days=7), time(9), UTC)
    assert await notifier.remind() == 1
    notifier.smtp.to["1@ac-exemple.invalid"] = ["550 5.1.1 unknown", "250 known"]
    await notifier.drain()
    assert await notifier.reports() == [catalogue.NOTIFICATION_SENT, catalogue.NOTIFICATION_FAILED]
    await ask(notifier, demande(notifier, "1"))
    await notifier.settle()
    assert notifier.told() == ["CONVOCATION HG", "CONVOCATION HG"]
    assert (await notifier.reports())[2:] == [catalogue.NOTIFICATION_SENT]


async def test_an_answer_that_a_change_overtakes_or_that_stands_no_more_is_not_sent(notifier):
    await notifier.tell(notifier.event("1"), notifier.event("2"))
    await notifier.settle()
    notifier.convocation.reponses[notifier.convocation_id("1")] = "Non."
    await ask(notifier, demande(notifier, "1", objet="REPONSE"), demande(notifier, "2", objet="REPONSE"))
    await notifier.tell(notifier.event("1", 2, "ANNULATION"))
    await notifier.settle()
    assert sorted(notifier.told()[2:]) == ["ANNULATION HG"]
    assert [etat for _, etat in await notifier.states("2")] == ["POINTLESS", "SENT"]


async def test_an_answer_that_came_before_its_convocation_waits_for_it_and_is_told_alone(notifier):
    notifier.convocation.reponses[notifier.convocation_id("1")] = "Non."
    notifier.convocation.answers[notifier.convocation_id("1"), 1] = 404
    await ask(notifier, demande(notifier, "1", objet="REPONSE"))
    await notifier.settle()
    assert notifier.told() == []
    notifier.convocation.answers.clear()
    await notifier.tell(notifier.event("1"))
    await notifier.settle()
    assert sorted(notifier.told()) == ["CONVOCATION HG", "REPONSE HG"]
