"""What a page says of when something was is the académie's time: in summer two hours later than UTC, often a day."""

import html
from dataclasses import replace
from datetime import UTC, datetime

from acces.acteur import Role
from convocation.identite.fonctions import Fonction

LYON = "0699001J"
SOIR = datetime(2020, 7, 14, 22, 30, tzinfo=UTC)
"""In Lyon it is the next day, half past midnight."""


async def shown(browser, path):
    answer = await browser.get(path)
    assert answer.status_code == 200
    return html.unescape(answer.text)


async def test_the_last_imports_of_a_directory_bear_the_academies_time(world):
    gestionnaire = world.browser("gestionnaire")
    files = {"fichier": ("annuaire.csv", b"numero\n", "text/csv")}
    assert (await gestionnaire.post("/intervenants/import", {"academie": "10"}, files)).status_code == 303
    await world.pool.execute("UPDATE import_annuaire SET le = $1", SOIR)
    page = await shown(gestionnaire, "/intervenants/import")
    assert "mercredi 15 juillet 2020 à 0 h 30" in page
    assert "22 h 30" not in page


async def test_a_demande_bears_the_academies_day_on_each_page(open_world):
    form = {"uai": LYON, "cle": "k", "nom": "ABSENT", "prenom": "Zoé", "precisions": ""}
    assert (await open_world.browser("chef").post("/demandes", form)).status_code == 303
    demande = await open_world.pool.fetchval("UPDATE demande SET le = $1 RETURNING demande_id", SOIR)
    gestionnaire = open_world.browser("gestionnaire")
    for browser, path in (
        (open_world.browser("chef"), "/demandes"),
        (gestionnaire, "/demandes"),
        (gestionnaire, f"/intervenants/nouveau?demande={demande}"),
    ):
        page = await shown(browser, path)
        assert "mercredi 15 juillet 2020" in page
        assert "14 juillet" not in page


async def test_a_version_bears_the_academies_day(open_world):
    made = await open_world.chef.convoque(open_world.hg, "100")
    await open_world.pool.execute("UPDATE convocation_version SET le = $1", SOIR)
    path = f"/convocations/{made.json()['convocations'][0]['convocation_id']}"
    assert "mercredi 15 juillet 2020" in await shown(open_world.browser("chef"), path)


async def test_the_first_day_to_choose_is_the_academies_today(open_world, monkeypatch):
    chef, path = open_world.browser("chef"), f"/missions/{open_world.hg}/affectation"
    await shown(chef, path)
    state = open_world.app.state
    monkeypatch.setattr(state, "application", replace(state.application, clock=lambda: SOIR))
    assert 'min="2020-07-15"' in await shown(chef, path)


async def test_the_last_sign_in_of_a_delegue_bears_the_academies_day(open_world):
    named = Fonction(Role.DELEGUE, uais=frozenset({LYON}), pour="chef", fin=None)
    await open_world.enters("x", "x@ac-exemple.invalid", "Référente DELEGCE", ministere=[named])
    await open_world.pool.execute("UPDATE compte SET vue_le = $1", SOIR)
    assert "mercredi 15 juillet 2020" in await shown(open_world.browser("chef"), f"/delegations/{LYON}")
