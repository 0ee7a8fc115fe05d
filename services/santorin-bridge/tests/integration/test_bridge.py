"""R15, K.b, D19b, D21: rights on a real database: current state of dirty keys, versions never back, answers."""

import pytest
from prometheus_client import REGISTRY

from acces.acteur import Role
from event_schemas.acces import Acces
from event_schemas.catalogue import HABILITATION
from event_schemas.habilitations import Habilitation
from santorin_bridge.persistence import replay


def right(message):
    return Habilitation.model_validate_json(message.value)


async def test_r15_each_convocation_becomes_a_right_to_publish(bridge):
    await bridge.apply(bridge.convocation("1", 1), bridge.convocation("2", 1))
    assert {(right(one).intervenant.numero, right(one).status) for one in await bridge.dirty()} == {
        ("1", "GRANTED"),
        ("2", "GRANTED"),
    }


async def test_what_is_written_without_its_model_is_what_the_model_would_be(bridge):
    await bridge.apply(bridge.convocation("1", 1), bridge.convocation("2", 1, active=False, qualite=None))
    for message in await bridge.fetched():
        model = Habilitation if message.topic == HABILITATION else Acces
        read = model.model_validate_json(message.value)
        assert model.create(**{name: value for name, value in read if name != "hash"}) == read


async def test_kb_a_cancellation_is_published_as_revoked_at_a_higher_version_and_only_the_current_state_goes_out(
    bridge,
):
    await bridge.apply(bridge.convocation("1", 1))
    await bridge.apply(bridge.convocation("1", 2, active=False))
    [message] = await bridge.dirty()
    assert (right(message).status, right(message).version, right(message).convocation_version) == ("REVOKED", 2, 2)


async def test_d19b_a_batch_sent_again_after_a_crash_can_only_repeat_or_advance(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    sent = await bridge.dirty()  # sent, then killed before it was cleared
    await bridge.apply(bridge.convocation("1", 2, active=False))
    again = await bridge.dirty()
    assert [right(one).version for one in [*sent, *again]] == [1, 2]
    await bridge.clear(sent)  # the dead relay's clearing of version 1 does not hide version 2
    assert [right(one).version for one in await bridge.dirty()] == [2]
    await bridge.clear(again)
    assert await bridge.dirty() == []


async def test_what_is_to_publish_is_counted_with_the_age_of_the_oldest(bridge):
    assert await bridge.waiting() is None
    await bridge.apply(bridge.convocation("1", 1), bridge.convocation("2", 1))
    await bridge.pool.execute("UPDATE envoi SET le = now() - interval '1 hour'")
    assert await bridge.waiting() == (2, pytest.approx(3_600, abs=60))
    await bridge.published()
    assert await bridge.waiting() is None


async def test_a_right_told_again_waits_since_then_and_not_since_it_changed(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    await bridge.pool.execute("UPDATE envoi SET le = now() - interval '1 year'")
    await bridge.published()
    async with bridge.pool.acquire() as connection:
        await replay.send_again(connection, [bridge.convocation("1", 1).convocation_id])
    assert await bridge.waiting() == (1, pytest.approx(0, abs=60))


async def test_a_dirty_key_that_is_changed_or_told_again_meanwhile_waits_on_since_it_became_dirty(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    await bridge.pool.execute("UPDATE envoi SET le = now() - interval '1 hour'")
    await bridge.apply(bridge.convocation("1", 2, active=False))
    assert await bridge.waiting() == (1, pytest.approx(3_600, abs=60))
    async with bridge.pool.acquire() as connection:
        await replay.send_again(connection, [bridge.convocation("1", 1).convocation_id])
    assert await bridge.waiting() == (1, pytest.approx(3_600, abs=60))
    await bridge.published()
    await bridge.apply(bridge.convocation("1", 3))
    assert await bridge.waiting() == (1, pytest.approx(0, abs=60))


async def test_only_the_last_version_of_a_batch_is_kept(bridge):
    await bridge.apply(bridge.convocation("1", 1), bridge.convocation("1", 2, active=False), bridge.convocation("1", 3))
    [message] = await bridge.dirty()
    assert (right(message).status, right(message).convocation_version) == ("GRANTED", 3)


async def test_d21_an_unknown_person_has_no_right_and_the_answer_says_as_of_when(bridge):
    answer = await bridge.get("/habilitations/404")
    assert (answer.status_code, answer.json()["habilitations"]) == (200, [])
    assert answer.json()["as_of"]


async def test_r16_the_rights_of_a_person_are_answered_from_the_database_before_they_are_published(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    first = await bridge.get("/habilitations/1")
    assert [one["status"] for one in first.json()["habilitations"]] == ["GRANTED"]
    await bridge.apply(bridge.convocation("1", 2, active=False))
    second = await bridge.get("/habilitations/1")
    assert [one["status"] for one in second.json()["habilitations"]] == ["REVOKED"]
    assert first.headers["etag"] != second.headers["etag"]


@pytest.mark.parametrize(
    "role", [Role.CHEF, Role.DELEGUE, Role.GESTIONNAIRE, Role.INTERVENANT, Role.PONT, Role.NOTIFIER, Role.EXPLOITATION]
)
async def test_only_santorin_and_the_administrateur_may_ask(bridge, role):
    assert (await bridge.get("/habilitations/1", role)).status_code == 403
    assert (await bridge.get("/habilitations/1", Role.ADMINISTRATEUR)).status_code == 200


async def test_d21_when_the_database_cannot_answer_it_is_503_and_never_a_guess(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    await bridge.pool.close()
    assert (await bridge.get("/habilitations/1")).status_code == 503


async def test_r15_what_santorin_can_read_is_told_once_as_transmitted_and_later_as_withdrawn(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    sent = await bridge.dirty()
    await bridge.clear(sent)
    await bridge.clear(sent)  # sent twice after a crash, told once
    await bridge.apply(bridge.convocation("1", 2, active=False))
    await bridge.clear(await bridge.dirty())
    assert [(one.version, one.convocation_version, one.etat) for one in await bridge.told()] == [
        (1, 1, "TRANSMISE"),
        (2, 2, "RETIREE"),
    ]


async def test_a_right_sent_again_after_a_crash_is_told_again_under_the_same_id_with_the_same_bytes(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    first, again = await bridge.fetched(), await bridge.fetched()
    assert [(one.topic, one.value, dict(one.headers)["ce_id"]) for one in first] == [
        (one.topic, one.value, dict(one.headers)["ce_id"]) for one in again
    ]


async def test_a_right_written_by_the_release_before_is_told_above_what_that_one_told(bridge):
    await bridge.apply(bridge.convocation("1", 1), bridge.convocation("2", 1))
    await bridge.pool.execute("UPDATE habilitation SET annonce = 0, annonce_de = 0, acces_version = 4")
    await bridge.published()
    assert [one.version for one in await bridge.told()] == [5, 5]


async def test_a_right_revoked_for_want_of_a_convocation_is_sent_and_nobodys_news(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    await bridge.pool.execute("UPDATE habilitation SET convocation_version = 0, version = 2, status = 'REVOKED'")
    assert [one.topic for one in await bridge.fetched()] == [HABILITATION]


async def test_how_long_santorin_waits_for_a_convocation_is_measured(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    before = REGISTRY.get_sample_value("imagin_convocation_to_santorin_seconds_count") or 0
    await bridge.clear(await bridge.dirty())
    assert REGISTRY.get_sample_value("imagin_convocation_to_santorin_seconds_count") == before + 1


async def test_rights_are_chosen_page_by_page_and_become_dirty_again_at_the_same_version(bridge):
    await bridge.apply(*(bridge.convocation(numero, 1) for numero in ("1", "2", "3")))
    await bridge.published()
    first = await replay.page(bridge.pool, replay.Choix(uai="0699001J", academie="10"), None, 2)
    rest = await replay.page(bridge.pool, replay.Choix(uai="0699001J"), first[-1].convocation_id, 2)
    assert [row.version for row in (*first, *rest)] == [1, 1, 1]
    assert await replay.page(bridge.pool, replay.Choix(academie="09"), None, 2) == []
    async with bridge.pool.acquire() as connection:
        assert await replay.send_again(connection, [row.convocation_id for row in first]) == 2
    assert sorted(message.value for message in await bridge.dirty()) == sorted(row.etat for row in first)
