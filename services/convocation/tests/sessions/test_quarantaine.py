"""A session that nobody declared: its missions are kept, seen by nobody, and come out whole when it is declared."""

import asyncio

import asyncpg
import pytest

from acces.acteur import Acteur, Role
from acces.portee import act_as
from convocation.missions.reader import RecordMissionsOnMissionEvents
from testkit.eventually import eventually

LYON, AUTRE_LYON = "0699001J", "0699002K"
FAUSSE = "2029-E3C9"
TABLE = "SELECT count(*) FROM {} WHERE session = $1"


async def count(world, table):
    return await world.pool.fetchval(TABLE.format(table), FAUSSE)


@pytest.fixture
async def waiting(open_world, undeclared):
    """Two missions of LYON and one of another lycée, in a session that nobody declared."""
    await undeclared(FAUSSE, (LYON, "HG"), (LYON, "HLP"), (AUTRE_LYON, "HG"))
    return open_world


PAGES = ("/", "/missions", "/missions-convoquees", "/preparation", "/suivi", "/couverture", "/exports", "/rappels")


async def test_its_missions_are_in_no_list_page_or_count_of_anybody(waiting):
    for name in ("chef", "delegue", "gestionnaire", "administrateur"):
        api, browser = getattr(waiting, name), waiting.browser(name)
        assert FAUSSE not in (await api.get("/api/missions", session=FAUSSE)).text
        assert FAUSSE not in (await api.get("/api/couverture")).text
        for path in PAGES:
            answer = await browser.get(path)
            told = "Sessions" if (name, path) == ("administrateur", "/") else "no"
            assert (FAUSSE in answer.text) is (told == "Sessions"), (name, path)


async def test_no_transaction_of_a_person_reads_them_and_the_administrateurs_counts_alone(waiting):
    reaches = [
        Acteur("c", Role.CHEF, "c", frozenset({LYON})),
        Acteur("g", Role.GESTIONNAIRE, academies=frozenset("10")),
    ]
    for acteur in [*reaches, Acteur("100", Role.INTERVENANT, "100")]:
        async with waiting.pool.acquire() as connection, connection.transaction():
            await act_as(connection, acteur)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch("SELECT session FROM mission_en_quarantaine")
    async with waiting.pool.acquire() as connection, connection.transaction():
        await act_as(connection, Acteur("a", Role.ADMINISTRATEUR, "a"))
        assert await connection.fetchval("SELECT count(*) FROM mission_en_quarantaine") == 3


async def test_the_administrateur_is_told_on_the_home_page_and_leaves_it_or_declares_it(waiting):
    admin = waiting.browser("administrateur")
    sentence = f"1 session que personne n’a déclarée\u00a0: {FAUSSE} (2 lycées, 3 missions)."
    assert sentence in (await admin.get("/")).text
    page = await admin.text("/sessions")
    assert "Sessions que personne n’a déclarées" in page
    assert f'value="{FAUSSE}"' in await admin.text(f"/sessions?declarer={FAUSSE}")
    told = (await waiting.administrateur.get("/api/sessions")).json()
    assert told["non_declarees"] == [{"session": FAUSSE, "lycees": 2, "missions": 3}]
    assert (await waiting.gestionnaire.get("/api/sessions")).json()["non_declarees"] == []
    assert FAUSSE not in await waiting.browser("gestionnaire").text("/sessions")


async def test_nothing_is_decided_about_it(waiting):
    opening = {"session": FAUSSE, "portee": "NATIONALE", "code": "*", "ouverte": True}
    answer = await waiting.administrateur.put("/api/ouvertures", opening)
    assert (answer.status_code, answer.json()["code"]) == (409, "session-non-declaree")
    assert FAUSSE not in await waiting.browser("administrateur").text("/ouvertures")


async def test_declared_it_has_its_missions_with_their_last_state_and_they_are_convoked_on(waiting, undeclared):
    await undeclared(FAUSSE, (LYON, "HG"), version=3, libelle="Histoire nouvelle")
    await undeclared(FAUSSE, (LYON, "HG"), version=2, libelle="Histoire ancienne")
    body = {"session": FAUSSE, "libelle": "Essai", "ouvre_le": None, "ferme_le": "2035-01-01T18:00:00+01:00"}
    answer = await waiting.administrateur.post("/api/sessions", body)
    assert answer.status_code == 201, answer.text
    assert (await count(waiting, "mission_en_quarantaine"), await count(waiting, "mission")) == (0, 3)
    rows = (await waiting.chef.get("/api/missions", session=FAUSSE)).json()["missions"]
    assert sorted(one["libelle"] for one in rows) == ["HLP", "Histoire nouvelle"]
    assert (await waiting.chef.convoque(rows[0]["mission_id"], "100", avertissements_lus=True)).status_code in {
        201,
        422,
    }
    states = await waiting.pool.fetchval(
        "SELECT count(DISTINCT mission_id) FROM etat_a_refaire JOIN mission USING (mission_id) WHERE session = $1",
        FAUSSE,
    )
    assert states == 3, "their states are kept like any mission's"


async def test_what_comes_while_it_is_declared_comes_out_too(waiting, undeclared):
    """The reader's transaction has seen no declaration and has not ended: the declaration waits for it."""
    async with waiting.pool.acquire() as reader:
        transaction = reader.transaction()
        await transaction.start()
        await undeclared(FAUSSE, (LYON, "MATHS"), connection=reader)
        declaring = asyncio.create_task(
            waiting.administrateur.post("/api/sessions", {"session": FAUSSE, "libelle": "Essai"})
        )
        await waits_for_a_lock(waiting.pool)
        await transaction.commit()
        assert (await declaring).status_code == 201
    assert (await count(waiting, "mission_en_quarantaine"), await count(waiting, "mission")) == (0, 4)


async def test_a_batch_of_two_sessions_is_told_apart_and_the_higher_version_stays(waiting, undeclared):
    """In one statement: a mission of a declared session, one that waits already with a newer version, a new one."""
    declared = await waiting.pool.fetchval("SELECT max(session) FROM session_declaree")
    states = [
        undeclared._state(session, LYON, code, version, f"{code} {version}")
        for session, code, version in [
            (declared, "NEUVE", 1),
            (FAUSSE, "HG", 2),
            (FAUSSE, "HLP", 1),
            (FAUSSE, "SVT", 1),
        ]
    ]
    async with waiting.pool.acquire() as connection, connection.transaction():
        await undeclared._apply(connection, states)
    assert await waiting.pool.fetchval("SELECT session FROM mission WHERE code = 'NEUVE'") == declared
    rows = await waiting.pool.fetch(
        "SELECT libelle FROM mission_en_quarantaine WHERE session = $1 AND uai = $2", FAUSSE, LYON
    )
    assert sorted(row["libelle"] for row in rows) == ["HG 2", "HLP", "SVT 1"]
    assert await count(waiting, "mission") == 0


async def waits_for_a_lock(pool):
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    await eventually(lambda: pool.fetchval(waiting), because="somebody waits for the declaration")


async def test_a_batch_that_waits_for_a_declaration_finds_it_declared(waiting, undeclared):
    """The other order: the declaration is under way, and the reader must not keep apart what it has just let out."""
    async with waiting.pool.acquire() as declaring:
        transaction = declaring.transaction()
        await transaction.start()
        await declaring.execute(
            "INSERT INTO session_declaree (session, libelle, par, le) VALUES ($1, 'x', 'x', now())", FAUSSE
        )
        coming = asyncio.create_task(undeclared(FAUSSE, (LYON, "MATHS")))
        await waits_for_a_lock(waiting.pool)
        await transaction.commit()
        await coming
    assert (await count(waiting, "mission_en_quarantaine"), await count(waiting, "mission")) == (0, 4)


async def test_both_tables_have_the_same_columns(world):
    query = """
    SELECT array_agg(column_name || ' ' || data_type ORDER BY ordinal_position) FROM information_schema.columns
    WHERE table_name = $1
    """
    found = [await world.pool.fetchval(query, table) for table in ("mission", "mission_en_quarantaine")]
    assert found[0] == found[1]


async def test_the_readers_guard_knows_a_mission_once_it_is_out(waiting, undeclared):
    await waiting.administrateur.post("/api/sessions", {"session": FAUSSE, "libelle": "Essai"})
    ids = [
        str(one["mission_id"])
        for one in await waiting.pool.fetch("SELECT mission_id FROM mission WHERE session = $1", FAUSSE)
    ]
    async with waiting.pool.acquire() as connection, connection.transaction():
        assert set(await RecordMissionsOnMissionEvents().known(connection, ids)) == set(ids)
