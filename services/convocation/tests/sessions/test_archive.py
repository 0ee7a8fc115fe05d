"""An archived session is read by everybody who could, and written by nobody; what waits in it ends by itself."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import asyncpg
import pytest

from acces.acteur import Acteur, Role
from acces.portee import act_as
from convocation.avis import sql as avis
from testkit.eventually import eventually

LYON, SESSION, SUIVANTE = "0699001J", "2020-E3C1", "2019-E3C1"
JOUR = (datetime.now(UTC) + timedelta(days=40)).date()
APRES = datetime.combine(JOUR + timedelta(days=1), time(9), UTC)
OPENING = {"session": SESSION, "portee": "ETABLISSEMENT", "code": LYON, "ouverte": True}
VERSION = """
INSERT INTO convocation_version (convocation_id, version, nature, qualite_par_defaut, dates, observation, par, le)
VALUES ($1, 2, 'ANNULATION', true, '{2030-01-01}', '', 'x', now())
"""
DEADLINE = """
INSERT INTO ouverture (session, portee, code, ouverte, par, le, propre)
VALUES ($1, 'ACADEMIE', '10', true, 'x', now(), true)
"""
REMINDER = f"""
INSERT INTO rappel (uai, session, motif, rang, academie, texte, par, par_nom, le)
VALUES ('{LYON}', $1, 'RIEN', 1, '10', '', 'x', 'X', now())
"""
PLUS_TARD = (JOUR + timedelta(days=30)).isoformat()


def at(world, now):
    world.app.state.application = replace(world.app.state.application, clock=lambda: now)


@pytest.fixture
async def close(open_world):
    """Convoked on a day that is past by now, a draft kept, then the service closed for the nation."""
    world = open_world
    rows = (await world.chef.convoque(str(world.hg), "100", "101", dates=[JOUR.isoformat()])).json()["convocations"]
    world.line, world.other = (one["convocation_id"] for one in rows)
    await world.pool.execute(
        "INSERT INTO brouillon (mission_id, saisie, par_nom, le) VALUES ($1, '{}', 'X', now())", world.hlp
    )
    await world.open(ouverte=False)
    at(world, APRES)
    return world


@pytest.fixture
async def archive(close):
    answer = await close.administrateur.post(f"/api/sessions/{SESSION}/archivage", {"motif": "Année finie"})
    assert (answer.status_code, answer.json()["etat"]) == (200, "ARCHIVEE"), answer.text
    return close


async def test_what_is_open_or_still_to_come_is_not_archived(open_world):
    url = f"/api/sessions/{SESSION}/archivage"
    await open_world.chef.convoque(str(open_world.hg), "100", dates=[JOUR.isoformat()])
    refused = await open_world.administrateur.post(url, {})
    assert (refused.status_code, refused.json()["code"]) == (409, "archivage-refuse")
    assert "fermez-le d’abord" in refused.json()["detail"]
    await open_world.open(ouverte=False)
    at(open_world, datetime.combine(JOUR, time(20), UTC))
    read = await open_world.browser("administrateur").text(f"/sessions/{SESSION}/archivage")
    assert "1 convocation a une date à venir : archivez la session quand elles sont passées." in read
    assert "Archiver la session</button>" not in read
    page = await open_world.browser("administrateur").post(f"/sessions/{SESSION}/archivage", {"motif": ""})
    assert page.status_code == 409
    assert "1 convocation a une date à venir" in page.text
    at(open_world, datetime.combine(JOUR, time(23, 30), UTC))  # the next day in Paris
    assert (await open_world.administrateur.post(url, {})).status_code == 200
    again = await open_world.administrateur.post(url, {})
    assert "déjà archivée" in again.json()["detail"]
    unknown = await open_world.administrateur.post("/api/sessions/2039-E3C1/archivage", {})
    assert unknown.status_code == 404


async def test_a_day_is_still_to_come_where_it_is_not_over(close):
    """In Guadeloupe it is the evening before."""
    await close.pool.execute("UPDATE mission SET academie = '32' WHERE mission_id = $1", close.hg)
    url = f"/api/sessions/{SESSION}/archivage"
    at(close, datetime.combine(JOUR, time(23, 30), UTC))
    refused = await close.administrateur.post(url, {})
    assert "2 convocations ont une date à venir" in refused.json()["detail"]
    at(close, datetime.combine(JOUR + timedelta(days=1), time(4, 30), UTC))
    assert (await close.administrateur.post(url, {})).status_code == 200


async def test_who_opens_and_who_archives_at_once_wait_for_each_other(close):
    """Else the session would be archived and open, and nobody could close it any more."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    url, opening = f"/api/sessions/{SESSION}/archivage", OPENING | {"portee": "NATIONALE", "code": "*"}
    async with close.pool.acquire() as convoking:
        transaction = convoking.transaction()
        await transaction.start()
        await convoking.execute("SELECT FROM ouverture WHERE session = $1 FOR SHARE", SESSION)
        archiving = asyncio.create_task(close.administrateur.post(url, {}))
        await eventually(lambda: close.pool.fetchval(waiting), because="the archiving waits")
        both = archiving, asyncio.create_task(close.administrateur.put("/api/ouvertures", opening))
        await eventually(lambda: enough(close, waiting), because="the opening waits")
        await transaction.commit()
    assert [(await one).status_code for one in both] == [200, 409]
    [held] = await close.pool.fetch("SELECT ouverte FROM ouverture WHERE session = $1", SESSION)
    assert not held["ouverte"]


async def enough(world, waiting):
    return await world.pool.fetchval(waiting) == 2


async def test_the_effect_is_told_first_and_the_act_is_in_the_journal(close):
    admin = close.browser("administrateur")
    page = await admin.text(f"/sessions/{SESSION}/archivage")
    assert "1 mission est préparée en brouillon." in page
    assert "2 convocations ne sont pas lues." in page
    done = await admin.post(f"/sessions/{SESSION}/archivage", {"motif": "Année finie"})
    assert done.headers["location"] == f"/sessions/{SESSION}?fait=session-archivee"
    page = await admin.text(f"/sessions/{SESSION}")
    assert "Archivée" in page
    assert "Enregistrer la session" not in page
    act = await close.pool.fetchrow("SELECT action, motif FROM audit ORDER BY id DESC LIMIT 1")
    assert tuple(act) == ("session.archiver", "Année finie")
    assert await close.pool.fetchval("SELECT count(*) FROM brouillon") == 0


async def writes(world):
    """Every act on a mission, a convocation or the service of the session, by who may do it."""
    line, mission = world.line, world.hg
    chef, person = world.browser("chef"), world.browser("intervenant")
    reminder = {"session": SESSION, "motif": "RESTE", "uais": [LYON]}
    version = {"If-Match": '"1"'}
    change = {"libelle": "Autre"}
    yield "convoquer", await world.chef.convoque(str(mission), "102", dates=[PLUS_TARD])
    yield "modifier", await world.chef.put(f"/api/convocations/{line}", {"dates": [PLUS_TARD]}, **version)
    yield "annuler", await world.chef.post(f"/api/convocations/{line}/annulation", {"motif": "x"}, **version)
    yield "lire", await world.intervenant.post(f"/api/convocations/{line}/prise-de-connaissance", {}, **version)
    yield "empêchement", await person.post(f"/convocations/{line}/empechement", {"version": "1", "motif": "x"})
    yield "remise", await chef.post(f"/convocations/{line}/remise", {"version": "1"})
    yield "renvoi", await chef.post(f"/convocations/{line}/renvoi", {"version": "1"})
    yield "page modifier", await chef.get(f"/convocations/{line}/modifier")
    yield "page affectation", await chef.get(f"/missions/{mission}/affectation")
    lot = {"action": "annuler|confirmer", "choix": [f"{line}|1"], "motif": "x"}
    yield "préparer", await chef.post(f"/preparation/{LYON}?session={SESSION}", {"action": "convoquer"})
    yield "page préparer", await chef.get(f"/preparation/{LYON}?session={SESSION}")
    yield "lot", await chef.post(f"/suivi/{LYON}", lot)
    yield "ouvrir", await world.administrateur.put("/api/ouvertures", OPENING)
    closing = OPENING | {"portee": "NATIONALE", "code": "*", "ouverte": False, "motif": "x"}
    yield "fermer", await world.administrateur.put("/api/ouvertures", closing)
    yield "rappel", await world.gestionnaire.post("/api/rappels", reminder)
    change_url = f"/api/sessions/{SESSION}"
    yield "session", await world.administrateur.put(change_url, change, **{"If-Match": '"2"'})


async def everything(world):
    """What the acts above would write."""
    tables = (
        "convocation",
        "convocation_version",
        "prise_de_connaissance",
        "empechement",
        "remise",
        "rappel",
        "outbox",
    )
    counts = [await world.pool.fetchval(f"SELECT count(*) FROM {table}") for table in (*tables, "ouverture", "audit")]
    return [*counts, await world.pool.fetchval("SELECT sum(version) FROM convocation")]


async def test_every_write_is_refused_in_words_and_writes_nothing(archive):
    before = await everything(archive)
    async for name, answer in writes(archive):
        assert answer.status_code == 409, (name, answer.status_code)
        assert "session est archivée" in answer.text, name
    assert await everything(archive) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE convocation SET observation = 'x' WHERE convocation_id = $1",
        "INSERT INTO prise_de_connaissance (convocation_id, version, le) VALUES ($1, 1, now())",
        "INSERT INTO remise (convocation_id, version, le, par) VALUES ($1, 1, now(), 'x')",
        "INSERT INTO empechement (convocation_id, version, motif, le) VALUES ($1, 1, 'x', now())",
        "INSERT INTO courriel_demande (convocation_id, version) VALUES ($1, 1)",
        "INSERT INTO relance (convocation_id, le) VALUES ($1, now())",
        VERSION,
    ],
)
async def test_the_database_refuses_too_whatever_the_code_lets_pass(archive, statement):
    for acteur in (Acteur("chef", Role.CHEF, "chef", frozenset({LYON})), Acteur("a", Role.ADMINISTRATEUR, "a")):
        async with archive.pool.acquire() as connection, connection.transaction():
            await act_as(connection, acteur)
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                await connection.execute(statement, archive.line)


@pytest.mark.parametrize(
    "statement",
    [
        DEADLINE,
        "UPDATE ouverture SET ouverte = true WHERE session = $1",
        "INSERT INTO session_academie (session, academie, par, le) VALUES ($1, '10', 'x', now())",
        REMINDER,
    ],
)
@pytest.mark.parametrize("role", [Role.GESTIONNAIRE, Role.ADMINISTRATEUR])
async def test_the_database_refuses_the_rectorat_too(archive, role, statement):
    async with archive.pool.acquire() as connection, connection.transaction():
        await act_as(connection, Acteur("x", role, "x", academies=frozenset({"10"})))
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await connection.execute(statement, SESSION)


async def test_the_database_lets_nobody_undo_the_archive_or_withdraw_its_decisions(archive):
    undo = "UPDATE session_declaree SET archivee_le = NULL, archivee_par = NULL WHERE session = $1"
    async with archive.pool.acquire() as connection, connection.transaction():
        await act_as(connection, Acteur("a", Role.ADMINISTRATEUR, "a"))
        assert await connection.execute(undo, SESSION) == "UPDATE 0"
        assert await connection.execute("DELETE FROM ouverture WHERE session = $1", SESSION) == "DELETE 0"


async def test_it_is_still_read_without_buttons_and_its_documents_are_made(archive):
    chef = archive.browser("chef")
    page = await chef.text(f"/missions/{archive.hg}")
    assert "BŒUF" in page
    assert "Créer convocation" not in page
    page = await chef.text(f"/convocations/{archive.line}")
    assert "BŒUF" in page
    assert f"/convocations/{archive.line}/modifier" not in page
    assert f"/convocations/{archive.line}/supprimer" not in page
    assert (await chef.get(f"/convocations/{archive.line}/convocation.pdf")).status_code == 200
    assert "Histoire-géographie" in await archive.browser("intervenant").text("/mes-missions")
    assert (await archive.chef.get(f"/api/convocations/{archive.line}")).status_code == 200


async def test_lists_and_the_first_page_show_what_goes_on_and_the_archive_by_choice(archive):
    await archive.tell_of_session(SUIVANTE)  # earlier by its code, and it goes on
    gest = archive.gestionnaire
    rows = (await gest.get("/api/missions")).json()["missions"]
    assert {one["session"] for one in rows} == {SUIVANTE}
    rows = (await gest.get("/api/missions", session=SESSION)).json()["missions"]
    assert {one["session"] for one in rows} == {SESSION}
    assert f"Session {SUIVANTE}" in await archive.browser("gestionnaire").text("/")
    assert f"Session {SUIVANTE}" in await archive.browser("chef").text("/")


async def test_a_merge_leaves_the_archive_as_it_is(archive, twins):
    await archive.register(twins)
    assert (await archive.merge("200", "100")).status_code == 200
    row = await archive.pool.fetchrow(
        "SELECT numero, status, version FROM convocation WHERE convocation_id = $1", archive.line
    )
    assert tuple(row) == ("100", "ACTIVE", 1)


async def test_a_merge_is_undone_but_for_what_was_archived_since(close, twins):
    await close.register(twins)
    merge = (await close.merge("200", "100")).json()
    assert merge["reprises"] == 1
    rows = "SELECT numero, status, version FROM convocation ORDER BY convocation_id"
    before = await close.pool.fetch(rows)
    assert (await close.administrateur.post(f"/api/sessions/{SESSION}/archivage", {})).status_code == 200
    page = await close.browser("gestionnaire").text(f"/intervenants/doublons/fusions/{merge['fusion_id']}")
    assert "1 convocation reste" in page
    answer = await close.gestionnaire.post(f"/api/intervenants/fusions/{merge['fusion_id']}/annulation", {})
    assert (answer.status_code, answer.json()) == (200, {"rendues": 0}), answer.text
    assert await close.pool.fetch(rows) == before
    assert await close.pool.fetchval("SELECT actif FROM intervenant WHERE numero = '100'")


async def test_a_fact_that_waits_to_be_told_is_told_no_more(close):
    await close.pool.execute("UPDATE avis SET le = $1", APRES)

    async def true():
        async with close.pool.acquire() as connection:
            return [one.vrai for one in await avis.recent(connection, LYON, APRES, 9) if one.sorte == "FERMETURE"]

    assert await true() == [True]
    await close.administrateur.post(f"/api/sessions/{SESSION}/archivage", {})
    assert await true() == [False]
