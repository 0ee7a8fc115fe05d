"""The life of a session at a browser: declared, dated, closed, archived; by keyboard, without script, with axe."""

import contextlib

import asyncpg
import pytest
from playwright.async_api import expect

from acces.acteur import Role
from imagin_ops.services import CONVOCATION

FAUSSE = "2019-E3C9"
_WAITING = """
INSERT INTO mission_en_quarantaine SELECT (json_populate_record(m, json_build_object(
    'mission_id', gen_random_uuid(), 'session', $1::text, 'version', 1))).*
FROM mission m WHERE uai = $2
"""


@contextlib.asynccontextmanager
async def session_of(product, lycee, session=FAUSSE):
    """Missions of a lycée that wait for an earlier session; gone afterwards, for other tests have one session."""
    connection = await asyncpg.connect(product.stack.databases[CONVOCATION.name])
    try:
        await connection.execute(_WAITING, session, lycee.uai)
        yield connection
    finally:
        await connection.execute("DELETE FROM etat_tenu WHERE session = $1", session)
        for table in ("mission", "mission_en_quarantaine", "ouverture", "session_academie", "session_declaree"):
            await connection.execute(f"DELETE FROM {table} WHERE session = $1", session)
        await connection.close()


async def press(page, element, key="Enter"):
    await expect(element).to_be_visible()
    await page.evaluate("document.activeElement.blur()")
    for _ in range(200):
        await page.keyboard.press("Tab")
        if await element.evaluate("one => one === document.activeElement"):
            await page.keyboard.press(key)
            return
    pytest.fail("not reached by the tabulator key")


@pytest.mark.parametrize("script", [True, False])
async def test_what_nobody_declared_is_told_on_the_home_page_declared_and_seen_by_its_lycee(product, person, script):
    lycee = product.etablissement()
    async with session_of(product, lycee):
        admin = await person(Role.ADMINISTRATEUR, script=script)
        chef = await person(Role.CHEF, lycee, script=script)
        await chef.goto("/missions")
        await expect(chef.get_by_text(FAUSSE)).to_have_count(0)
        await admin.goto("/")
        await expect(
            admin.get_by_text(f"1 session que personne n’a déclarée : {FAUSSE} (1 lycée, 4 missions).")
        ).to_be_visible()
        await admin.get_by_role("link", name="Voir les sessions").click()
        await admin.get_by_role("link", name=f"Déclarer {FAUSSE}").click()
        await expect(admin.locator("#session")).to_have_value(FAUSSE)
        await admin.get_by_role("button", name="Déclarer la session").click()
        await expect(admin.get_by_role("alert").or_(admin.get_by_text("Donnez un libellé")).first).to_be_visible()
        await admin.get_by_label("Libellé").fill("Neuvième session 2019")
        await admin.get_by_role("button", name="Déclarer la session").click()
        await expect(admin.get_by_text("Succès : Session déclarée")).to_be_visible()
        await expect(admin.get_by_role("row", name=FAUSSE)).to_contain_text("Préparée")
        await chef.goto(f"/missions?session={FAUSSE}")
        await expect(chef.locator("option", has_text=FAUSSE)).to_have_count(1)


async def test_by_keyboard_a_session_is_declared_from_the_menu(product, person):
    session = "2018-E3C8"
    lycee = product.etablissement()
    async with session_of(product, lycee, session):
        page = await person(Role.ADMINISTRATEUR)
        await page.goto("/sessions")
        await press(page, page.get_by_role("link", name=f"Déclarer {session}"))
        await page.locator("#libelle").focus()
        await page.keyboard.type("Au clavier")
        await press(page, page.get_by_role("button", name="Déclarer la session"))
        await expect(page.get_by_text("Succès : Session déclarée")).to_be_visible()
        await press(page, page.get_by_role("link", name=session, exact=True))
        await expect(page.get_by_role("heading", name=f"Session {session}")).to_be_visible()


_DECLARE = "INSERT INTO session_declaree (session, libelle, par, le) VALUES ($1, 'Essai', 'essai', now())"
_OPEN = """
INSERT INTO ouverture (session, portee, code, ouverte, par, le)
VALUES ($1, 'NATIONALE', '*', true, 'essai', now()), ($1, 'ETABLISSEMENT', $2, true, 'essai', now())
"""


async def _to_close(page):
    await page.goto(f"/ouvertures?session={FAUSSE}")
    await page.get_by_label("Décision", exact=True).select_option("fermer")
    await page.get_by_label("Pour", exact=True).select_option("*")


@pytest.mark.parametrize("script", [True, False])
async def test_closing_the_nation_asks_why_shows_what_is_under_way_and_is_confirmed(product, person, script):
    lycee, other = product.etablissement(), product.etablissement()
    async with session_of(product, lycee) as connection:
        await connection.execute(_WAITING, FAUSSE, other.uai)
        await connection.execute(_DECLARE, FAUSSE)
        await connection.execute(_OPEN, FAUSSE, lycee.uai)
        page = await person(Role.ADMINISTRATEUR, script=script)
        await _to_close(page)
        await page.get_by_role("button", name="Enregistrer la décision").click()
        await expect(page.get_by_text("Donnez le motif : le service ferme").first).to_be_visible()
        await page.locator("#motif").fill("Fin de la campagne")
        await press(page, page.get_by_role("button", name="Enregistrer la décision"))
        await expect(page.get_by_role("heading", name="Fermer le service pour toutes les académies")).to_be_visible()
        await expect(page.get_by_text("2 lycées n’ont convoqué personne.")).to_be_visible()
        await expect(page.get_by_text("8 missions n’ont personne.")).to_be_visible()
        await press(page, page.get_by_label("Fermer aussi pour 1 lycée qui reste ouvert"), "Space")
        await press(page, page.get_by_role("button", name="Fermer le service"))
        await expect(page.get_by_text("Succès : Décision enregistrée")).to_be_visible()
        await expect(page.get_by_text("Motif : Fin de la campagne").first).to_be_visible()
        left = await connection.fetch("SELECT portee, ouverte FROM ouverture WHERE session = $1", FAUSSE)
        assert [tuple(one) for one in left] == [("NATIONALE", False)]
        await page.goto("/sessions")
        await expect(page.get_by_role("row", name=FAUSSE)).to_contain_text("Close")


@pytest.mark.parametrize("script", [True, False])
async def test_a_closed_session_is_archived_after_its_effect_was_read_and_comes_last_in_the_lists(
    product, person, script
):
    lycee = product.etablissement()
    async with session_of(product, lycee) as connection:
        await connection.execute(_DECLARE, FAUSSE)
        await connection.execute(_OPEN, FAUSSE, lycee.uai)
        await connection.execute("UPDATE ouverture SET ouverte = false WHERE session = $1", FAUSSE)
        page = await person(Role.ADMINISTRATEUR, script=script)
        await page.goto(f"/sessions/{FAUSSE}")
        await press(page, page.get_by_role("link", name="Archiver la session"))
        await expect(page.get_by_text("4 missions n’ont personne.")).to_be_visible()
        await page.locator("#motif").fill("Année finie")
        await press(page, page.get_by_role("button", name="Archiver la session"))
        await expect(page.get_by_text("Succès : Session archivée")).to_be_visible()
        await expect(page.get_by_role("button", name="Enregistrer la session")).to_have_count(0)
        chef = await person(Role.CHEF, lycee, script=script)
        await chef.goto("/preparation")
        await expect(chef.get_by_role("heading", name="Préparer la session")).to_be_visible()
        await expect(chef.get_by_role("link", name=f"Session {FAUSSE}")).to_have_count(0)
        await chef.goto("/missions-convoquees")
        await expect(chef.locator("option", has_text=FAUSSE)).to_have_count(1)


async def test_the_next_session_is_declared_after_the_last_one_whose_dates_it_shows(product, person):
    before, after = "2017-E3C7", "2018-E3C7"
    async with session_of(product, product.etablissement(), before) as connection:
        await connection.execute(_DECLARE, before)
        days = "UPDATE session_declaree SET libelle = 'Session 2017', debut = '2017-01-16' WHERE session = $1"
        await connection.execute(days, before)
        own = "INSERT INTO session_academie (session, academie, debut, par, le)"
        await connection.execute(f"{own} VALUES ($1, '10', '2017-01-23', 'x', now())", before)
        page = await person(Role.ADMINISTRATEUR, script=False)
        await page.goto(f"/sessions/{before}")
        await press(page, page.get_by_role("link", name="Déclarer la suivante d’après celle-ci"))
        await expect(page.locator("#session")).to_have_value(after)
        await expect(page.locator("#libelle")).to_have_value("Session 2018")
        await expect(page.locator("#debut")).to_have_value("2018-01-15")
        await expect(page.get_by_label("Reprendre aussi les dates de 1 académie : Lyon")).to_be_checked()
        await press(page, page.get_by_role("button", name="Déclarer la session"))
        await expect(page.get_by_text("Succès : Session déclarée")).to_be_visible()
        held = await connection.fetchval("SELECT debut FROM session_academie WHERE session = $1", after)
        assert held.isoformat() == "2018-01-22"
        for table in ("session_academie", "session_declaree"):
            await connection.execute(f"DELETE FROM {table} WHERE session = $1", after)


async def test_the_gestionnaire_sets_the_academies_deadline_without_script_and_by_keyboard(product, person):
    lycee = product.etablissement()
    async with session_of(product, lycee) as connection:
        await connection.execute(_DECLARE, FAUSSE)
        await connection.execute(_OPEN, FAUSSE, "0690000X")
        page = await person(Role.GESTIONNAIRE, script=False)
        await page.goto(f"/sessions/{FAUSSE}")
        await press(page, page.get_by_role("link", name="Dates de l’académie : Lyon"))
        await expect(page.get_by_text("Date limite de convocation : aucune.")).to_be_visible()
        await page.locator("#debut").fill("2037-02-02")
        await page.locator("#fin").fill("2037-01-19")
        await press(page, page.get_by_role("button", name="Enregistrer les dates"))
        await expect(page.get_by_text("Le dernier jour vient après le premier.").first).to_be_visible()
        await page.locator("#fin").fill("2037-02-20")
        await page.locator("#ferme_le").fill("2037-02-06T18:00")
        await press(page, page.get_by_role("button", name="Enregistrer les dates"))
        await expect(page.get_by_text("Succès : Session enregistrée")).to_be_visible()
        await expect(page.get_by_text("vendredi 6 février 2037 à 18 h 00, fixée par l’académie.")).to_be_visible()
        chef = await person(Role.CHEF, lycee, script=False)
        await chef.goto(f"/missions?session={FAUSSE}")
        await expect(chef.get_by_role("link", name="Histoire-géographie").first).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
async def test_axe_finds_no_violation_and_the_pages_fit(product, person, no_violation, tmp_path, width):
    lycee = product.etablissement()
    async with session_of(product, lycee) as connection:
        page = await person(Role.ADMINISTRATEUR, width=width)
        pages = {"liste": "/sessions", "une": "/sessions/2020-E3C1", "accueil": "/"}
        for name, path in (pages | {"reprise": "/sessions?reprendre=2020-E3C1"}).items():
            await page.goto(path)
            await looked_at(page, no_violation, tmp_path / f"{name}-{width}.png")
        await page.goto("/sessions")
        await page.get_by_role("button", name="Déclarer la session").click()
        await looked_at(page, no_violation, tmp_path / f"fautes-{width}.png")
        await connection.execute(_DECLARE, FAUSSE)
        await connection.execute(_OPEN, FAUSSE, lycee.uai)
        await _to_close(page)
        await page.locator("#motif").fill("Fin de la campagne")
        await page.get_by_role("button", name="Enregistrer la décision").click()
        await page.get_by_role("heading", name="Fermer le service pour toutes les académies").wait_for()
        await looked_at(page, no_violation, tmp_path / f"fermer-{width}.png")
        await page.goto(f"/sessions/{FAUSSE}/academies/10")
        await looked_at(page, no_violation, tmp_path / f"academie-{width}.png")
        await connection.execute("UPDATE ouverture SET ouverte = false WHERE session = $1", FAUSSE)
        for name, path in (("archivage", f"/sessions/{FAUSSE}/archivage"), ("close", f"/sessions/{FAUSSE}")):
            await page.goto(path)
            await looked_at(page, no_violation, tmp_path / f"{name}-{width}.png")


async def looked_at(page, no_violation, path):
    await no_violation(page)
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, path
    await page.screenshot(path=path, full_page=True)
