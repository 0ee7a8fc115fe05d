"""SANTORIN's answers on a real database: told once, about the present version only, counted otherwise."""

import asyncio
from uuid import UUID, uuid5

from prometheus_client import REGISTRY

from event_schemas.accuses import Accuse
from santorin_bridge.persistence.attente import silence
from santorin_bridge.use_cases.observe import measure_silence

KEY = uuid5(UUID(int=1), "1")


def answer(version, about, decision="ACCEPTED", motif=None, key=KEY):
    return Accuse.create(
        convocation_id=key, habilitation_version=about, version=version, decision=decision, motif=motif
    )


async def told(bridge):
    states = await bridge.told()
    assert [one.version for one in states] == sorted({one.version for one in states}), "versions only grow"
    return [(one.convocation_version, one.etat, one.motif) for one in states]


def counted(portee):
    return REGISTRY.get_sample_value("imagin_accuses_total", {"portee": portee}) or 0


async def test_r15_an_accepted_right_is_told_and_a_duplicate_answer_tells_nothing_more(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    await bridge.published()
    await bridge.answered(answer(1, 1))
    await bridge.answered(answer(1, 1))
    assert await told(bridge) == [(1, "TRANSMISE", None), (1, "ACCEPTEE", None)]


async def test_r18_a_refused_right_is_told_with_its_reason_and_may_be_accepted_later(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    await bridge.published()
    await bridge.answered(answer(1, 1, "REFUSED", "identité inconnue"))
    await bridge.answered(answer(2, 1))
    assert await told(bridge) == [
        (1, "TRANSMISE", None),
        (1, "REJETEE", "identité inconnue"),
        (1, "ACCEPTEE", None),
    ]


async def test_a_late_answer_about_an_earlier_version_and_one_about_nothing_are_counted_and_change_nothing(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    await bridge.published()
    await bridge.apply(bridge.convocation("1", 2))
    await bridge.published()
    before = await told(bridge)
    late, unknown = counted("depassee"), counted("inconnue")
    await bridge.answered(answer(1, 1), answer(1, 1, key=UUID(int=99)))
    assert await told(bridge) == before
    assert (counted("depassee"), counted("inconnue")) == (late + 1, unknown + 1)


async def test_an_answer_that_came_before_we_noted_the_sending_is_not_overwritten_by_it(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    sent = await bridge.dirty()  # sent, then killed before it was cleared
    await bridge.answered(answer(1, 1))
    [again] = await bridge.fetched()  # the next leader sends the right again, and nothing beside it
    assert again.value == sent[0].value
    await bridge.clear(sent)
    assert await told(bridge) == [(1, "TRANSMISE", None), (1, "ACCEPTEE", None)]


async def test_an_answer_that_is_being_written_while_we_note_the_sending_holds_nobody_up(bridge):
    """SANTORIN answers within 50 ms: its answer has the right's row while the relay notes that it was sent."""
    await bridge.apply(bridge.convocation("1", 1))
    sent = await bridge.dirty()
    async with bridge.answering(answer(1, 1)), asyncio.timeout(30):
        await bridge.clear(sent)
    assert await bridge.dirty() == []
    assert (await told(bridge))[-1] == (1, "ACCEPTEE", None)


async def test_kb_a_revocation_that_santorin_has_applied_is_told_as_withdrawn(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    await bridge.published()
    await bridge.apply(bridge.convocation("1", 2, active=False))
    await bridge.published()
    await bridge.answered(answer(1, 2))
    assert (await told(bridge))[-1] == (2, "RETIREE", None)


async def test_what_santorin_has_not_answered_and_what_it_refuses_is_measured(bridge):
    await bridge.apply(*(bridge.convocation(numero, 1) for numero in ("1", "2", "3")))
    await bridge.published()
    nobody = await silence(bridge.pool)
    assert (nobody.attendus, nobody.refusees, nobody.dernier) == (3, 0, None)
    await bridge.answered(answer(1, 1), answer(1, 1, "REFUSED", "identité inconnue", key=uuid5(UUID(int=1), "2")))
    async with bridge.pool.acquire() as connection:
        await measure_silence(connection)
    gauges = [REGISTRY.get_sample_value(f"imagin_{name}") for name in ("accuses_attendus", "habilitations_refusees")]
    assert gauges == [1, 1]
    assert (await silence(bridge.pool)).dernier is not None
