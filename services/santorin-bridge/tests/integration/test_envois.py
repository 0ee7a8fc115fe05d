"""Rights are published by envoi: from memory or from the table, each as it stands, whoever has written it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from chassis import migration
from chassis.database import connect
from chassis.handing import handing_over
from event_schemas.habilitations import Habilitation
from santorin_bridge.persistence import envois
from santorin_bridge.persistence.conservation import CONSERVATION, GENRES

RIGHT = """
INSERT INTO habilitation (convocation_id, version, published_version, convocation_version, convocation_hash, status,
                          numero, mission_id, role, etat)
VALUES (gen_random_uuid(), $1, $2, 1, 'h', 'GRANTED', 'n', gen_random_uuid(), 'R', '{}')
"""
OPEN = "SELECT count(*) FROM envoi WHERE publie_le IS NULL"


def by_key(messages):
    return {(one.topic, one.key): (one.value, one.headers) for one in messages}


def versions(messages):
    states = [Habilitation.model_validate_json(one.value) for one in messages]
    assert len({one.convocation_id for one in states}) == len(states), "each right once"
    return {one.intervenant.numero: one.version for one in states}


@pytest.fixture
def never_read(monkeypatch):
    """A context in which no right is read from the table."""

    async def refuse(_, numbers):
        pytest.fail(f"{len(numbers)} envois were read")

    with monkeypatch.context() as patched:
        patched.setattr(envois, "_read", refuse)
        yield patched


async def test_a_right_new_changed_or_revoked_is_the_same_from_memory_as_from_the_table(bridge, never_read):
    await bridge.apply(*(bridge.convocation(numero, 1) for numero in "123"))
    await bridge.pool.execute("UPDATE envoi SET publie_le = now()")
    with handing_over():
        await bridge.apply(
            bridge.convocation("2", 2, active=False),
            bridge.convocation("3", 2, qualite=None),
            bridge.convocation("4", 1),
        )
        await bridge.apply(bridge.convocation("5", 1))
        from_memory = by_key(await bridge.fetched())
        never_read.undo()
        assert by_key(await bridge.fetched()) == from_memory, "taken once, then read"
    assert len(from_memory) == 2 * 4


async def test_a_right_that_left_its_envoi_is_not_sent_as_memory_has_it(bridge):
    with handing_over():
        await bridge.apply(bridge.convocation("1", 1), bridge.convocation("2", 1))
        envois._handed.leads = False  # the other process of the service writes
        await bridge.apply(bridge.convocation("1", 2, active=False))
        assert versions(await bridge.dirty()) == {"1": 2, "2": 1}


async def test_what_was_rolled_back_is_never_sent_though_it_is_in_memory(bridge):
    with handing_over():
        with pytest.raises(ZeroDivisionError):
            async with bridge.applying(bridge.convocation("1", 1)):
                raise ZeroDivisionError
        assert envois._handed
        await bridge.apply(bridge.convocation("2", 1))
        assert versions(await bridge.dirty()) == {"2": 1}


async def test_envois_are_sent_whole_and_the_longest_waiting_first(bridge):
    for some in ("12", "34", "5"):
        await bridge.apply(*(bridge.convocation(numero, 1) for numero in some))
    sent = []
    while messages := await bridge.dirty(limit=1):
        sent.append(set(versions(messages)))
        await bridge.clear(messages)
    assert sent == [{"1", "2"}, {"3", "4"}, {"5"}]


async def test_an_envoi_that_its_rights_have_left_holds_none_up_and_is_closed(bridge):
    for version in (1, 2, 3):
        await bridge.apply(bridge.convocation("1", version))
    messages = await bridge.dirty(limit=1)
    assert versions(messages) == {"1": 3}
    await bridge.clear(messages)
    assert await bridge.pool.fetchval(OPEN) == 0


async def test_what_the_release_before_writes_is_published_each_time(bridge):
    """It knows no envoi: published_version behind version is to publish."""

    async def sent():
        messages = await bridge.dirty()
        if messages:
            await bridge.clear(messages)
        return len(messages)

    await bridge.apply(bridge.convocation("1", 1))
    assert await sent() == 1
    again = "UPDATE habilitation SET version = version + 1, annonce_de = version + 1"
    for statement, count in (
        (again, 1),
        (f"{again}; UPDATE habilitation SET published_version = version, publiee_le = now()", 0),
        (again, 1),
        ("UPDATE habilitation SET acces_version = acces_version + 1", 0),
        ("UPDATE habilitation SET published_version = version", 0),
        ("UPDATE habilitation SET published_version = 0, a_redire_le = now()", 1),
    ):
        await bridge.pool.execute(statement)
        assert await sent() == count, statement
    await bridge.pool.execute(RIGHT, 1, 0)
    await bridge.pool.execute(RIGHT, 1, 1)
    assert await sent() == 1


async def test_a_right_to_publish_is_not_taken_after_its_term_and_a_closed_envoi_without_rights_is(bridge):
    await bridge.apply(bridge.convocation("1", 1))
    await bridge.pool.execute("UPDATE habilitation SET changed_at = now() - interval '9 years'")

    async def taken():
        now = datetime.now(UTC)
        counts = [await bridge.pool.fetchval(one.retire, now - timedelta(days=900), 100) for one in GENRES]
        return sum(counts)

    assert await taken() == 0
    await bridge.clear(await bridge.dirty())
    await bridge.pool.execute("UPDATE envoi SET publie_le = now() - interval '8 years'")
    assert await taken() == 2
    assert await bridge.pool.fetchval("SELECT count(*) FROM envoi") == 0


async def test_a_person_is_not_erased_while_a_right_of_hers_is_to_publish(bridge):
    """AccesChanged goes out beside it: convocation would keep her anew."""
    state = bridge.convocation("1", 1)
    hers = [SimpleNamespace(convocation_id=state.convocation_id, version=1, fraiche=False)]

    async def behind():
        async with bridge.pool.acquire() as connection:
            return await CONSERVATION.behind(connection, hers)

    await bridge.apply(state)
    assert await behind()
    await bridge.published()
    assert not await behind()


async def test_what_was_to_publish_before_there_were_envois_is_so_after_and_nothing_else(create_database):
    connection = await connect(await create_database("envois"))
    mine = migration.of_service("santorin_bridge")
    await migration.migrate(connection, [one for one in mine if one.version < "0180"])
    for version, published in ((1, 0), (2, 1), (2, 2)):
        await connection.execute(RIGHT, version, published)
    assert await migration.migrate(connection, mine)
    waiting = await envois.ouverts(connection, 100)
    assert [one.droits for one in waiting] == [2]
    assert len(await envois.droits(connection, waiting)) == 2
    await connection.close()
