"""A mail that did not arrive and is asked for again goes out once more, to the address of that moment."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from chassis.cloudevents import Cause, Event
from event_schemas import catalogue
from event_schemas.renvois import Renvoi
from notifier.handlers.renvois import ResendOnRenvoiDemande


def demande(notifier, numero, version=1, *, of=1, code="HG"):
    state = Renvoi.create(convocation_id=notifier.convocation_id(numero, code), version=version, convocation_version=of)
    return Event(
        state, catalogue.RENVOI_DEMANDE, "i", Cause("c"), state.aggregate, version, state.hash, SimpleNamespace()
    )


async def ask(notifier, *events):
    reader = ResendOnRenvoiDemande(notifier.clock, notifier.SETTLING)
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


async def test_five_days_of_patience_begin_again(refused):
    refused.now += timedelta(days=6)
    refused.smtp.to["ancienne@ac-exemple.invalid"] = ["450 4.2.1 busy"]
    await ask(refused, demande(refused, "1", code="A"))
    await refused.settle()
    assert sorted(etat for _, etat in await refused.states("1")) == ["FAILED", "PENDING"]


async def test_what_was_sent_meanwhile_or_superseded_is_not_sent_again(refused):
    await ask(refused, demande(refused, "2"))
    assert await refused.states("2") == [(1, "SENT")]
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
    assert {one: known.version for one, known in (await ask(refused, demande(refused, "1", 3, code="A"))).items()} == {
        key: 1
    }
    row = await refused.pool.fetchrow("SELECT version FROM renvoi WHERE convocation_id = $1", key)
    assert row["version"] == 3
