"""Each closing received is answered once: what became of it, in numbers or in words."""

import json
from datetime import UTC, datetime

from chassis.cloudevents import Dead, decode
from chassis.envelopes import parts, record_of
from event_schemas.catalogue import INSCRIPTIONS, REPONSE
from event_schemas.reponses import ReponseCloture
from mission_import.use_cases.essais.try_record import MODELS

SESSION, LYON = "2020-E3C1", "0699001J"
TYPE = "fr.cyclades.inscriptions-closed.v1"


async def answers(world):
    rows = await world.pool.fetch("SELECT * FROM outbox WHERE topic = $1 ORDER BY seq", REPONSE)
    states = [ReponseCloture.model_validate_json(row["payload"]) for row in rows]
    for row, state in zip(rows, states, strict=True):
        assert (row["key"], row["version"], str(row["aggregate_id"])) == (state.key, state.version, state.aggregate)
    return states


def numbers(state):
    found = (state.creees, state.modifiees, state.inchangees, state.sans_candidat)
    return None if found == (None,) * 4 else found


async def test_an_applied_closing_is_answered_with_its_effect_and_where_it_stood(world):
    await world.receive(world.closing(LYON, 1, HG=30, HLP=12), world.closing(LYON, 2, HG=31))
    first, second = await answers(world)
    assert (first.session, first.uai, first.revision, first.version) == (SESSION, LYON, 1, 1)
    assert [one.etat for one in (first, second)] == ["APPLIQUEE"] * 2
    assert [numbers(one) for one in (first, second)] == [(3, 0, 0, 0), (0, 2, 0, 1)]
    assert [(one.offset, one.rang) for one in (first, second)] == [(1, 0), (2, 0)]
    assert (first.decidee, first.motif, first.raisons) == (False, None, [])
    cause = await world.pool.fetchval("SELECT causation_id FROM outbox WHERE topic = $1 ORDER BY seq LIMIT 1", REPONSE)
    assert cause == "ce-1"


async def test_what_waits_is_answered_and_answered_again_when_somebody_decides(world):
    await world.validation()
    await world.receive(world.closing(LYON, 1, HG=30))
    assert (await world.decide(1)).status_code == 200
    await world.receive(world.closing(LYON, 2, HG=28))
    assert (await world.decide(2, "REFUSER", "Nombre invraisemblable")).status_code == 200
    told = await answers(world)
    assert [(one.revision, one.version, one.etat, one.decidee) for one in told] == [
        (1, 1, "A_VALIDER", False),
        (1, 2, "APPLIQUEE", True),
        (2, 1, "A_VALIDER", False),
        (2, 2, "REFUSEE", True),
    ]
    assert [numbers(one) for one in told] == [(2, 0, 0, 0), (2, 0, 0, 0), (0, 2, 0, 0), None]
    assert [one.motif for one in told] == [None, None, None, "Nombre invraisemblable"]
    assert {one.reponse_id for one in told[:2]} != {one.reponse_id for one in told[2:]}
    assert [one.offset for one in told] == [1, 1, 2, 2]


async def test_what_waited_is_told_to_be_replaced_when_a_newer_revision_comes(world):
    await world.validation()
    await world.receive(world.closing(LYON, 1, HG=30))
    await world.receive(world.closing(LYON, 2, HG=28), world.closing(LYON, 3, HG=27))
    told = {(one.revision, one.version): one.etat for one in await answers(world)}
    assert told == {
        (1, 1): "A_VALIDER",
        (1, 2): "REMPLACEE",
        (2, 1): "REMPLACEE",
        (3, 1): "A_VALIDER",
    }


async def test_a_closing_that_comes_again_is_not_answered_again(world):
    await world.receive(world.closing(LYON, 2, HG=30))
    before = await answers(world)
    await world.receive(world.closing(LYON, 2, HG=30), world.closing(LYON, 1, HG=12))
    assert await answers(world) == before


async def test_an_answer_after_a_restoration_is_above_what_was_told_before_it(world):
    await world.receive(world.closing(LYON, 1, HG=30))
    [told] = await answers(world)
    await world.pool.execute("DELETE FROM cloture; DELETE FROM cloture_recue; DELETE FROM mission; DELETE FROM outbox")
    await world.pool.execute("INSERT INTO reponse_dite VALUES ($1, 4)", told.reponse_id)
    await world.receive(world.closing(LYON, 1, HG=30))
    [again] = await answers(world)
    assert (again.reponse_id, again.version) == (told.reponse_id, 5)


async def buried(world, value, media, key=LYON):
    """The dead letters of a record as the topic's reader tells of them."""
    headers = (("content-type", media.encode()), ("ce_type", TYPE.encode()))
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    record = record_of(INSCRIPTIONS, key.encode(), raw, headers, datetime(2026, 1, 5, tzinfo=UTC))
    decoded = [decode(one, MODELS) for one in parts(record)]
    async with world.pool.acquire() as connection, connection.transaction():
        dead = [one for one in decoded if isinstance(one, Dead)]
        await world.readers["mission-import.inscriptions"].bury(connection, dead)
    return await answers(world)


async def test_a_closing_that_cannot_be_read_is_answered_with_its_place_and_reasons_and_no_value(world):
    body = json.loads(world.closing(LYON, 1, HG=30).to_bytes()) | {"revision": "DUPONT"}
    [told] = await buried(world, body, "application/json")
    assert (told.etat, told.uai, told.session, told.revision) == ("INVALIDE", LYON, None, None)
    assert told.raisons == ["revision : un nombre entier est attendu"]
    assert told.rang == 0
    assert b"DUPONT" not in told.to_bytes()


async def test_each_bad_closing_of_a_batch_has_an_answer_of_its_own_and_an_unknown_key_is_nobodys(world):
    told = await buried(world, ["DUPONT", {}], "application/cloudevents-batch+json", key="DUPONT Marie")
    assert [(one.uai, one.key, one.rang) for one in told] == [(None, "inconnu", 1), (None, "inconnu", 2)]
    assert [one.raisons for one in told] == [
        ["l’événement n’est pas un objet JSON"],
        ["l’attribut specversion n’est pas 1.0"],
    ]
    assert told[0].reponse_id != told[1].reponse_id
    assert all(b"DUPONT" not in one.to_bytes() for one in told)


async def test_a_conflict_names_its_closing(world):
    state = world.closing(LYON, 4, HG=30)
    record = record_of(INSCRIPTIONS, LYON.encode(), state.to_bytes(), (), datetime(2026, 1, 5, tzinfo=UTC))
    dead = Dead(record, "CONFLICT", "same version, other content", state.aggregate, 4)
    lost = Dead(record, "DELETED", "offsets 3 to 7")
    async with world.pool.acquire() as connection, connection.transaction():
        await world.readers["mission-import.inscriptions"].bury(connection, [dead, lost])
    [told] = await answers(world)
    assert (told.session, told.uai, told.revision, told.etat) == (SESSION, LYON, 4, "INVALIDE")
    assert told.raisons == ["cette révision est déjà reçue avec un autre contenu"]
