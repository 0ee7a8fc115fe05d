"""« Annuaire des intervenants » without a browser: whom each role sees, and what a search finds."""

import re

import pytest

PERSON = {"civilite": "M.", "prenom": "Paul", "courriel": "p@ac-exemple.invalid", "uai": "0599001F"}


async def seen(world, api, **form):
    """Numbers of the people listed, in order."""
    answer = await world.browser(api).post("/intervenants", form)
    assert answer.status_code == 200
    return re.findall(r'<span class="fr-hint-text">([0-9]{3,})</span></th>', answer.text)


async def in_lille(world, numero="900", nom="LILLOIS"):
    people = {"intervenants": [PERSON | {"numero": numero, "nom": nom}]}
    assert (await world.gestionnaire_de_lille.put("/api/academies/09/intervenants", people)).status_code == 200


@pytest.mark.parametrize("name", ["chef", "delegue", "autre_chef", "intervenant", "notifier", "santorin"])
async def test_r54_only_the_rectorat_reads_the_directory(world, name):
    browser = world.browser(name)
    for answer in (await browser.get("/intervenants"), await browser.post("/intervenants")):
        assert answer.status_code == 403
        assert "LEFÈVRE" not in answer.text


async def test_r54_the_gestionnaire_sees_the_own_academie_and_the_administrateur_all(world):
    await in_lille(world)
    lyon = {"100", "101", "102", "103", "104", "105"}
    assert set(await seen(world, world.gestionnaire)) == lyon
    assert await seen(world, world.gestionnaire_de_lille) == ["900"]
    assert set(await seen(world, world.administrateur)) == lyon | {"900"}
    assert await seen(world, world.gestionnaire, nom="lillois") == []
    assert await seen(world, world.gestionnaire, uai="0599001F") == []


async def test_r35_a_name_is_found_without_accents_in_any_order_and_with_one_letter_wrong(world):
    gestionnaire = world.gestionnaire
    assert await seen(world, gestionnaire, nom="anne lefevre") == ["102"]
    assert await seen(world, gestionnaire, nom="lefevra") == ["102"]
    assert await seen(world, gestionnaire, nom="introuvable") == []
    assert await seen(world, gestionnaire, nom="jean tou") == ["101"], "the beginning of any word"
    assert await seen(world, gestionnaire, nom="euf") == [], "not the middle of one"


async def test_the_list_is_restricted_by_etablissement_discipline_and_state(world):
    gone = {"numero": "105", "civilite": "Mme", "nom": "DUPONT", "prenom": "Inès", "courriel": "i@ac-exemple.invalid"}
    gone |= {"uai": "0699002K", "actif": False}
    await world.gestionnaire.put("/api/academies/10/intervenants", {"intervenants": [gone]})
    gestionnaire = world.gestionnaire
    assert set(await seen(world, gestionnaire, uai="0699002k")) == {"104", "105"}
    assert "104" in await seen(world, gestionnaire, uai="0699001J")
    assert await seen(world, gestionnaire, discipline="0202") == ["102"]
    assert await seen(world, gestionnaire, etat="inactifs") == ["105"]
    assert "105" not in await seen(world, gestionnaire, etat="actifs")


async def test_the_list_has_pages_of_fifty_and_a_page_keeps_the_search(world):
    people = [PERSON | {"numero": f"{number}", "nom": "NOMBREUX"} for number in range(1000, 1060)]
    await world.gestionnaire_de_lille.put("/api/academies/09/intervenants", {"intervenants": people})
    first = await seen(world, world.gestionnaire_de_lille, nom="nombreux")
    second = await seen(world, world.gestionnaire_de_lille, nom="nombreux", page="2")
    assert (len(first), len(second)) == (50, 10)
    assert not set(first) & set(second)
