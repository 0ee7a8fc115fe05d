"""States of missions that are kept: never late, whatever is under way while they are kept again (0056)."""

import asyncio
import random

import pytest
import pytest_asyncio

from acces.acteur import Acteur, Role
from acces.portee import act_as
from convocation.listes import reads
from convocation.listes.commands import keep_states
from convocation.listes.domain import Manque
from convocation.listes.reads import Arguments, etats
from convocation.listes.sql import etat_of, keep_again

LOT = 35
LYON, AUTRE_LYON, LILLE = "0699001J", "0699002K", "0599001F"
CHEF = Acteur("chef", Role.CHEF, "chef", uais=frozenset({LYON}))


async def states(connection, lot=LOT, **asked):
    """Each mission's need and people, as the rectorat's pages read them."""
    arguments = Arguments()
    avec = await etats(connection, arguments, lot, **asked)
    rows = await connection.fetch(f"{avec} SELECT mission_id, besoin, convoques FROM etats", *arguments.values)
    assert len({row["mission_id"] for row in rows}) == len(rows)
    return {row["mission_id"]: (row["besoin"], row["convoques"]) for row in rows}


async def kept(world, lot=LOT):
    while await keep_states(world.pool, lot):
        pass


@pytest_asyncio.fixture(loop_scope="session")
async def other(world):
    """A connection of its own."""
    async with world.pool.acquire() as connection:
        yield connection


async def test_what_is_kept_is_read_and_what_is_marked_is_computed(open_world):
    before = await states(open_world.pool)
    await kept(open_world)
    assert await states(open_world.pool) == before
    await open_world.pool.execute("UPDATE etat_tenu SET besoin = 99")
    assert {besoin for besoin, _ in (await states(open_world.pool)).values()} == {99}, "read, not computed"
    await open_world.chef.convoque(open_world.hg, "100", "101")
    after = await states(open_world.pool)
    assert after.pop(open_world.hg) == (before[open_world.hg][0], 2)
    assert {besoin for besoin, _ in after.values()} == {99}, "the marked one alone"


async def test_a_mission_that_was_marked_thousands_of_times_holds_no_other_one_back(open_world):
    await kept(open_world)
    many = "INSERT INTO etat_a_refaire (mission_id) SELECT $1 FROM generate_series(1, 5000)"
    await open_world.pool.execute(many, open_world.hg)
    await open_world.chef.convoque(open_world.hlp, "100")
    assert await keep_states(open_world.pool, LOT)
    assert await open_world.pool.fetchval("SELECT count(*) FROM etat_a_refaire") == 0
    assert (await states(open_world.pool))[open_world.hlp][1] == 1


async def test_what_a_transaction_wrote_it_reads_itself(open_world):
    await kept(open_world)
    async with open_world.pool.acquire() as connection, connection.transaction():
        await connection.execute("UPDATE mission SET candidats = 3500 WHERE mission_id = $1", open_world.hg)
        assert (await states(connection))[open_world.hg] == (100, 0)


async def test_a_change_under_way_while_states_are_kept_is_in_the_first_reading_after_it(open_world, other):
    await open_world.chef.convoque(open_world.hg, "100")
    transaction = other.transaction()
    await transaction.start()
    await other.execute("UPDATE convocation SET status = 'CANCELLED', nature = 'ANNULATION', version = 2")
    await kept(open_world)
    assert (await states(open_world.pool))[open_world.hg][1] == 1, "not yet true"
    await transaction.commit()
    assert (await states(open_world.pool))[open_world.hg][1] == 0
    await kept(open_world)
    assert (await states(open_world.pool))[open_world.hg][1] == 0


_COMES = """
INSERT INTO mission (mission_id, session, uai, academie, etablissement_nom, etablissement_commune, type, voie, code,
                     libelle, candidats, date_debut, status, version, hash, recherche)
SELECT gen_random_uuid(), session, uai, academie, etablissement_nom, etablissement_commune, type, 'TECHNOLOGIQUE', code,
       libelle, candidats, date_debut, status, version, hash, recherche FROM mission WHERE mission_id = $1
"""


@pytest.mark.parametrize(
    "rule",
    [
        "INSERT INTO exigence (academie, code_epreuve, correcteurs) VALUES ('10', 'HG', 50)",
        "INSERT INTO signature VALUES ('0699001J', 'X', 'Y', 'Z', 1, 'essai', now())",
    ],
)
async def test_a_rule_that_is_written_while_a_mission_comes_is_the_missions_too(open_world, other, rule):
    await kept(open_world)
    coming = other.transaction()
    await coming.start()
    await other.execute(_COMES, open_world.hg)
    async with open_world.pool.acquire() as connection, connection.transaction():
        await connection.execute(rule)
        await coming.commit()
        await kept(open_world)  # takes the mission's own mark away
    for _ in range(2):
        await _agrees(open_world.pool)
        await kept(open_world)


async def test_who_reads_while_another_keeps_under_another_number_misses_no_mission(open_world):
    await kept(open_world)
    async with open_world.pool.acquire() as connection:
        arguments = Arguments()
        avec = await etats(connection, arguments, LOT)
        await keep_states(open_world.pool, 10)
        rows = await connection.fetch(f"{avec} SELECT mission_id FROM etats", *arguments.values)
    assert len(rows) == await open_world.pool.fetchval("SELECT count(*) FROM mission")


async def test_no_writer_waits_for_another_one_nor_for_who_keeps(open_world, other):
    transaction = other.transaction()
    await transaction.start()
    await other.execute("SELECT FROM mission WHERE mission_id = $1 FOR UPDATE", open_world.hg)
    await other.execute("UPDATE mission SET candidats = 1 WHERE mission_id = $1", open_world.hg)
    async with open_world.pool.acquire() as connection:
        await connection.execute("SET lock_timeout = '200ms'")
        await connection.execute("UPDATE signature SET nom = nom")
        async with connection.transaction():
            await keep_again(connection, LOT, 100)
        await connection.execute("RESET lock_timeout")
    await transaction.rollback()


async def test_two_processes_never_keep_at_once(open_world, other):
    transaction = other.transaction()
    await transaction.start()
    assert await keep_again(other, LOT, 1) == 1
    assert not await keep_states(open_world.pool, LOT)
    await transaction.rollback()
    assert await keep_states(open_world.pool, LOT)


_OF = "(SELECT {} FROM convocation WHERE numero = $1)"
_REFUSED = """
INSERT INTO acces SELECT convocation_id, 1, '', version, 'REJETEE', NULL FROM convocation WHERE numero = $1
ON CONFLICT (convocation_id) DO UPDATE SET etat = CASE acces.etat WHEN 'REJETEE' THEN 'ACCEPTEE' ELSE 'REJETEE' END
"""
_CHANGES = (
    "UPDATE convocation SET status = CASE status WHEN 'ACTIVE' THEN 'CANCELLED' ELSE 'ACTIVE' END WHERE numero = $1",
    f"UPDATE mission SET candidats = candidats + 35 WHERE mission_id = {_OF.format('mission_id')}",
    _REFUSED,
    f"DELETE FROM acces WHERE convocation_id = {_OF.format('convocation_id')}",
)


async def _write(pool, seed, numero, done):
    chance = random.Random(seed)
    while not done.is_set():
        async with pool.acquire() as connection, connection.transaction():
            for change in chance.sample(_CHANGES, chance.randint(1, 3)):
                await connection.execute(change, numero)


async def test_between_writers_and_who_keeps_every_snapshot_says_what_computing_says(open_world):
    people = ("100", "101", "102", "103")
    for numero, mission in zip(
        people, (open_world.hg, open_world.hg, open_world.hlp, open_world.numerisation), strict=True
    ):
        await open_world.chef.convoque(mission, numero)
    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for seed, numero in enumerate(people):
            group.create_task(_write(open_world.pool, seed, numero, done))
        for _ in range(30):
            await keep_states(open_world.pool, LOT)
            await _agrees(open_world.pool)
        done.set()


async def _agrees(pool):
    """What is read, marked ones computed, is what computing all of them says, in one snapshot."""
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read"):
        query = "SELECT mission_id, besoin, convoques, refusees, sans_signature FROM etat_des_missions($1)"
        computed = {tuple(row) for row in await connection.fetch(query, LOT)}
        arguments = Arguments()
        avec = await etats(connection, arguments, LOT)
        query = f"{avec} SELECT mission_id, besoin, convoques, refusees, sans_signature FROM etats"
        assert {tuple(row) for row in await connection.fetch(query, *arguments.values)} == computed


async def test_another_number_of_copies_for_a_person_counts_at_once_and_is_kept_then(open_world):
    await kept(open_world)
    needs = {key: need for key, (need, _) in (await states(open_world.pool, 10)).items()}
    assert needs[open_world.hg] == 10, "100 copies"
    await kept(open_world, 10)
    assert {row[0] for row in await open_world.pool.fetch("SELECT copies_par_lot FROM etat_tenu")} == {10}
    assert {key: need for key, (need, _) in (await states(open_world.pool, 10)).items()} == needs


async def test_many_marked_missions_are_computed_with_the_others(open_world, monkeypatch):
    before = await states(open_world.pool)
    await kept(open_world)
    await open_world.pool.execute("UPDATE etat_tenu SET besoin = 99")
    await open_world.pool.execute("UPDATE mission SET candidats = candidats")
    monkeypatch.setattr(reads, "_MANY", 2)
    assert await states(open_world.pool) == before


async def test_a_mission_that_is_gone_is_in_no_list(open_world):
    await kept(open_world)
    await open_world.pool.execute("DELETE FROM mission WHERE mission_id = $1", open_world.hg)
    for asked in ({}, {"uais": [LYON]}):
        assert open_world.hg not in await states(open_world.pool, **asked)
    await kept(open_world)
    assert open_world.hg not in await states(open_world.pool)


async def test_each_reads_what_is_kept_in_its_own_reach(open_world):
    await kept(open_world)
    whose = {row[0] for row in await open_world.pool.fetch("SELECT uai FROM etat_tenu")}
    reaches = (
        (Acteur("admin", Role.ADMINISTRATEUR, "admin"), whose),
        (Acteur("gest", Role.GESTIONNAIRE, "gest", academies=frozenset({"10"})), {LYON, AUTRE_LYON}),
        (CHEF, {LYON}),
        (Acteur("chef", Role.CHEF, "chef", uais=frozenset({LILLE})), {LILLE}),
    )
    for acteur, reached in reaches:
        async with open_world.pool.acquire() as connection, connection.transaction():
            await act_as(connection, acteur)
            assert {row[0] for row in await connection.fetch("SELECT uai FROM etat_tenu")} == reached


async def test_an_etablissement_reads_what_is_kept_unless_one_of_its_own_is_marked(open_world):
    await kept(open_world)
    await open_world.pool.execute("UPDATE etat_tenu SET besoin = 99")
    await open_world.pool.execute("UPDATE mission SET candidats = candidats WHERE uai <> $1", LYON)
    async with open_world.pool.acquire() as connection, connection.transaction():
        await act_as(connection, CHEF)
        assert {besoin for besoin, _ in (await states(connection, uais=[LYON])).values()} == {99}
    await open_world.chef.convoque(open_world.hg, "100", "101")
    async with open_world.pool.acquire() as connection, connection.transaction():
        await act_as(connection, CHEF)
        after = await states(connection, uais=[LYON])
        assert after[open_world.hg] == (3, 2)
        assert 99 not in {besoin for besoin, _ in after.values()}, "with one of its own all are computed"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE mission SET candidats = candidats WHERE code = 'HG'",
        "INSERT INTO exigence (academie, code_epreuve, correcteurs) VALUES ('10', 'HG', 3)",
        "INSERT INTO signature VALUES ('0699001J', 'X', 'Y', 'Z', 1, 'essai', now())",
        "UPDATE etat_tenu SET copies_par_lot = 10",
    ],
)
async def test_one_missions_state_and_an_etablissements_are_read_unless_marked(open_world, change):
    await kept(open_world)
    await open_world.pool.execute("UPDATE etat_tenu SET besoin = 99")

    async def needs():
        alone = await etat_of(open_world.pool, open_world.hg, lot=LOT)
        return alone.besoin, (await states(open_world.pool, uais=[LYON]))[open_world.hg][0]

    assert await needs() == (99, 99)
    await open_world.pool.execute(change)
    assert await needs() == (3, 3)


async def test_an_academies_page_says_what_the_nations_says(open_world):
    await kept(open_world)
    await open_world.chef.convoque(open_world.hg, "100")
    nation = (await open_world.administrateur.get("/api/couverture", par="academie")).json()
    academie = (await open_world.gestionnaire.get("/api/couverture", par="academie")).json()
    [theirs] = [one for one in nation["groupes"] if one["cle"] == "10"]
    assert academie["groupes"] == [theirs]
    assert theirs[Manque.SANS_CORRECTEUR] == theirs["total"] - 2, "the numérisation has none either"
