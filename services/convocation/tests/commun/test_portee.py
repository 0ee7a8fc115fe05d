"""The database's own lock (0040): whatever the code asks, a transaction shows and takes what its acteur reaches."""

import asyncpg
import pytest

from acces.acteur import Acteur, Role
from acces.portee import act_as
from chassis.database import create_pool
from convocation.identite.fonctions import Fonction

LYON, AUTRE_LYON, LILLE = "0699001J", "0699002K", "0599001F"
WHOSE = {
    "mission": "SELECT mission_id::text AS cle, uai FROM mission",
    "convocation": "SELECT convocation_id::text AS cle, uai FROM convocation JOIN mission USING (mission_id)",
    "signature": "SELECT uai AS cle, uai FROM signature",
    "demande": "SELECT demande_id::text AS cle, uai FROM demande",
    "delegation": "SELECT delegation_id::text AS cle, uai FROM delegation",
} | {
    table: f"SELECT DISTINCT convocation_id::text AS cle, uai FROM {table} "
    "JOIN convocation USING (convocation_id) JOIN mission USING (mission_id)"
    for table in ("convocation_version", "document", "empechement", "courriel_demande", "passage_outre", "remise")
}
CONVOQUEE = {"intervenants": ["100"], "dates": ["2030-03-05"]}
CHEF = Acteur("chef", Role.CHEF, "chef", frozenset({LYON}))
REACHES = {
    "chef": (CHEF, {LYON}),
    "autre_chef": (Acteur("autre", Role.CHEF, "autre", frozenset({AUTRE_LYON})), {AUTRE_LYON}),
    "gestionnaire": (Acteur("gest", Role.GESTIONNAIRE, "gest", academies=frozenset({"10"})), {LYON, AUTRE_LYON}),
    "gestionnaire_de_lille": (Acteur("lille", Role.GESTIONNAIRE, "lille", academies=frozenset({"09"})), {LILLE}),
    "administrateur": (Acteur("admin", Role.ADMINISTRATEUR, "admin"), {LYON, AUTRE_LYON, LILLE}),
    "nobody": (None, set()),
}


async def _as(connection, acteur):
    """`None`: the role alone, nothing said of a reach."""
    if acteur is None:
        await connection.execute("SET LOCAL ROLE convocation_etablissement")
    else:
        await act_as(connection, acteur)


@pytest.mark.parametrize("name", REACHES)
async def test_a_transaction_sees_the_rows_of_its_acteurs_reach_and_of_no_other(open_world, places, name):
    acteur, reached = REACHES[name]
    for table, query in WHOSE.items():
        whose = {row["cle"]: row["uai"] for row in await open_world.pool.fetch(query)}
        column = query.partition("SELECT ")[2].partition(" AS cle")[0].removeprefix("DISTINCT ")
        async with open_world.pool.acquire() as connection, connection.transaction():
            await _as(connection, acteur)
            seen = {row["cle"] for row in await connection.fetch(f"SELECT {column} AS cle FROM {table}")}
        theirs = {cle for cle, uai in whose.items() if uai in reached}
        if table == "delegation" and name.startswith("gestionnaire"):
            theirs = set()  # a chef's own affair
        assert seen == theirs, table


async def test_an_intervenant_sees_what_is_about_themselves(open_world, places):
    async with open_world.pool.acquire() as connection, connection.transaction():
        await act_as(connection, Acteur("100", Role.INTERVENANT, "100"))
        assert {row["numero"] for row in await connection.fetch("SELECT numero FROM convocation")} == {"100"}
        missions = await connection.fetch("SELECT mission_id FROM mission")
        assert [str(row["mission_id"]) for row in missions] == [places[LYON]["mission_id"]]
        assert {row["numero"] for row in await connection.fetch("SELECT numero FROM intervenant")} == {"100"}
        assert await connection.fetch("SELECT FROM audit") == []


NOT_AN_INTERVENANTS = {
    "a version": "INSERT INTO convocation_version SELECT * FROM convocation_version",
    "a warning overridden": "INSERT INTO passage_outre VALUES ('{convocation_id}', 1, '[]', 'x', 'x', now())",
    "a mail given by hand": "INSERT INTO remise VALUES ('{convocation_id}', 1, now(), 'x')",
    "a mail asked for": "INSERT INTO courriel_demande (convocation_id, version) VALUES ('{convocation_id}', 1)",
    "somebody's session": "DELETE FROM entree",
} | {
    table: f"SELECT FROM {table}"
    for table in (
        *("demande", "delegation", "compte", "attribution", "import_annuaire", "intervenant_mot", "doublon_ecarte"),
        *("occupation", "delegue_du_vecteur", "adresse_changee"),
    )
}


@pytest.mark.parametrize("what", NOT_AN_INTERVENANTS)
async def test_an_intervenant_neither_writes_nor_reads_what_is_the_agents(open_world, places, what):
    async with open_world.pool.acquire() as connection, connection.transaction():
        await act_as(connection, Acteur("100", Role.INTERVENANT, "100"))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(NOT_AN_INTERVENANTS[what].format(**places[LYON]))


REFUSED = {
    "a convocation of another's": "UPDATE convocation SET observation = 'x' WHERE convocation_id = '{convocation_id}'",
    "a signature of another's": "UPDATE signature SET nom = 'x' WHERE uai = '{uai}'",
    "a mission of another's": "UPDATE mission SET libelle = 'x' WHERE mission_id = '{mission_id}'",
    "a demande of another's": "UPDATE demande SET nom = 'x' WHERE demande_id = '{demande_id}'",
    "a delegation of another's": "UPDATE delegation SET retiree_par = 'x' WHERE delegation_id = '{delegation_id}'",
}


@pytest.mark.parametrize("what", REFUSED)
async def test_a_write_outside_the_reach_finds_nothing_to_write(open_world, places, what):
    async with open_world.pool.acquire() as connection, connection.transaction():
        await act_as(connection, CHEF)
        assert await connection.execute(REFUSED[what].format(**places[LILLE])) == "UPDATE 0"


ADDED = {
    "an act of somebody else": "INSERT INTO audit (le, par, role, nom, action, objet) "
    "VALUES (now(), 'admin', 'administrateur', 'x', 'x', 'x')",
    "a person of the directory": "INSERT INTO intervenant_mot (academie, numero, mot) VALUES ('10', '100', 'X')",
    "an opening": "INSERT INTO ouverture (session, portee, code, ouverte) VALUES ('2021-E3C1', 'NATIONALE', '*', true)",
    "a right": "INSERT INTO attribution DEFAULT VALUES",
    "a letter of the dead": "SELECT FROM dead_letter",
    "a delegation to somebody's account, by which it would be seen": "INSERT INTO delegation "
    "(delegation_id, uai, nom, courriel, compte, droit, debut, fin, chef, chef_nom, le) "
    "SELECT gen_random_uuid(), '0699001J', 'x', 'x', 'admin', 'CONSULTER', now(), now(), 'x', 'x', now()",
    "an account to a delegation": "UPDATE delegation SET compte = 'admin'",
}


@pytest.mark.parametrize("what", ADDED)
async def test_what_is_not_ones_own_is_not_added_and_not_looked_at(open_world, what):
    async with open_world.pool.acquire() as connection, connection.transaction():
        await act_as(connection, CHEF)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(ADDED[what])


async def test_whom_the_ministry_named_is_shown_of_ones_own_etablissements_and_without_any_of_none(open_world):
    for number, uai in enumerate((LYON, LILLE)):
        ministere = [Fonction(Role.DELEGUE, uais=frozenset({uai}), pour="x")]
        await open_world.enters(f"compte-{number}", f"d{number}@ac-exemple.invalid", uai, ministere=ministere)
    for acteur, seen in ((CHEF, {LYON}), (None, set())):
        async with open_world.pool.acquire() as connection, connection.transaction():
            await _as(connection, acteur)
            rows = await connection.fetch("SELECT nom FROM delegue_du_vecteur")
            assert {row["nom"] for row in rows} == seen


async def test_a_client_that_no_page_is_for_reaches_nobody_whatever_it_is_called(open_world, places):
    async with open_world.pool.acquire() as connection, connection.transaction():
        await act_as(connection, Acteur("100", Role.SANTORIN, "100"))  # named like a person's number
        for table in ("mission", "convocation", "intervenant", "audit"):
            assert await connection.fetch(f"SELECT FROM {table}") == [], table


async def test_who_is_called_with_a_stroke_repeats_a_request_too(open_world):
    chef = open_world.acteur("fournisseur|12|3", Role.CHEF, LYON)
    answers = [await chef.post(f"/api/missions/{open_world.hg}/convocations", CONVOQUEE, key="une") for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]


async def test_a_connection_that_goes_back_to_the_pool_is_nobodys_again(open_world, places):
    async with create_pool(open_world.settings.database_url.get_secret_value(), size=1) as pool:
        async with pool.acquire() as connection, connection.transaction():
            await act_as(connection, CHEF)
            assert await connection.fetchval("SELECT count(DISTINCT uai) FROM mission") == 1
        assert await pool.fetchval("SELECT count(DISTINCT uai) FROM mission") == 3
        assert await pool.fetchval("SELECT current_user = session_user")
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SET LOCAL ROLE convocation_etablissement")
            assert await connection.fetchval("SELECT count(*) FROM mission") == 0  # '' now, where it was NULL (X19)
