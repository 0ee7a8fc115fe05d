"""Who has several académies (SIEC, administrateur) filters each list of the rectorat by one."""

import pytest

from acces.acteur import Role

LILLE = "0599001F"
LISTS = [
    "/missions",
    "/intervenants",
    "/demandes",
    "/intervenants/doublons",
    "/intervenants/import",
    "/journal",
    "/exports",
]


@pytest.mark.parametrize("path", [*LISTS, "/couverture", "/missions-convoquees"])
async def test_each_list_offers_the_academies_that_the_acteur_has(open_world, path):
    siec = open_world.acteur("siec", Role.GESTIONNAIRE, academies=["09", "10"])
    several = await open_world.browser(siec).text(path)
    assert several.count('<option value="09"') >= 1
    assert several.count('<option value="10"') >= 1
    assert '<option value="01"' not in several
    every = await open_world.browser("administrateur").text(path)
    assert '<option value="01"' in every
    if path != "/couverture":
        assert '<option value="10"' not in await open_world.browser("gestionnaire").text(path)


async def test_the_missions_and_the_directory_are_those_of_the_academie_chosen(open_world):
    await open_world.register([open_world.fiche("900", "LILLOISE", "Y", LILLE)], "09", open_world.gestionnaire_de_lille)
    browser = open_world.browser(open_world.acteur("siec", Role.GESTIONNAIRE, academies=["09", "10"]))
    assert "LYCEE 0699001J" in await browser.text("/missions")
    of_lille = await browser.text("/missions?academie=09")
    assert LILLE in of_lille
    assert "LYCEE 0699001J" not in of_lille
    assert "LYCEE 0699001J" in await browser.text("/missions?academie=01")  # not theirs: left out
    people = (await browser.post("/intervenants", {"academie": "09"})).text
    assert "LILLOISE" in people
    assert "BŒUF" not in people


async def test_the_administrateur_opens_what_a_gestionnaire_opens_and_changes_nothing_there(open_world):
    browser = open_world.browser("administrateur")
    assert 'type="file"' not in await browser.text("/intervenants/import")
    assert 'name="courriel"' not in await browser.text("/contact/10")
    assert (await browser.get("/contact/77")).status_code == 404
    assert (await browser.post("/contact/10", {"nom": "x"})).status_code == 403
    asked = {"uai": "0699001J", "nom": "DEMANDEE", "prenom": "Y", "cle": "k"}
    assert (await open_world.browser("chef").post("/demandes", asked)).status_code == 303
    page = await browser.text("/demandes")
    assert "DEMANDEE" in page
    assert 'value="refusee"' not in page
    assert "DEMANDEE" not in await browser.text("/demandes?academie=09")


@pytest.mark.parametrize(
    "path", ["/demandes", "/intervenants/doublons", "/intervenants/import", "/journal", "/intervenants"]
)
async def test_who_has_no_academie_sees_none(open_world, path, monkeypatch):
    async def let_pass(connection, acteur):
        """The code alone."""

    monkeypatch.setattr("pages.commands.act_as", let_pass)
    await open_world.register([open_world.fiche("300", "BŒUF", "Élodie", "0699001J")])
    await open_world.look_for_pairs()
    asked = {"uai": "0699001J", "nom": "DEMANDEE", "prenom": "Y", "cle": "k"}
    assert (await open_world.browser("chef").post("/demandes", asked)).status_code == 303
    nobody = open_world.browser(open_world.acteur("rien", Role.GESTIONNAIRE))
    page = await nobody.text(path)
    assert "BŒUF" not in page
    assert "DEMANDEE" not in page
