"""Two numbers with one name, address and établissement are two rights: told before saving, and a program may insist."""

import re
from datetime import UTC, datetime

import pytest

from convocation.annuaire.imports import commands as import_annuaire

PATH = "/api/academies/10/intervenants"
ANNE = {"civilite": "Mme", "nom": "Lefevre", "prenom": "Anne", "uai": "0699001J"}
ANNE |= {"courriel": "102@AC-EXEMPLE.invalid", "disciplines": ["0202"]}
AUTRE = ANNE | {"nom": "AUTRE", "courriel": "autre@ac-exemple.invalid"}


@pytest.fixture
async def autre(world):
    """Somebody who is not yet the twin of 102: the address of the entry."""
    made = await world.gestionnaire.post(PATH, AUTRE | {"numero": "900"})
    assert made.status_code == 201
    return made.headers["location"]


async def numbers(world):
    return {row["numero"] for row in await world.pool.fetch("SELECT numero FROM intervenant")}


async def test_a_program_that_makes_a_twin_is_told_whose_and_may_insist(world):
    refused = await world.gestionnaire.post(PATH, ANNE | {"numero": "901"})
    assert (refused.status_code, refused.json()["numeros"]) == (409, ["102"])
    assert refused.json()["code"].endswith("jumelle-connue")
    assert "901" not in await numbers(world)
    assert (await world.gestionnaire.post(PATH, ANNE | {"numero": "901", "jumelle": "103"})).status_code == 409
    assert (await world.gestionnaire.post(PATH, ANNE | {"numero": "901", "jumelle": "102"})).status_code == 201


async def test_who_is_changed_into_a_twin_is_told_and_once_is_enough(world, autre):
    headers = {"If-Match": '"1"'}
    refused = await world.gestionnaire.put(autre, ANNE, **headers)
    assert (refused.status_code, refused.json()["numeros"]) == (409, ["102"])
    assert (await world.gestionnaire.put(autre, ANNE | {"jumelle": "102"}, **headers)).status_code == 200
    again = await world.gestionnaire.put(autre, ANNE | {"disciplines": []}, **{"If-Match": '"2"'})
    assert again.status_code == 200, "she was a twin before"


async def test_the_page_of_a_person_asks_before_it_makes_her_a_twin(world, autre):
    browser, page = world.browser("gestionnaire"), f"/intervenants/{autre.rpartition('/')[2]}"
    asked = await browser.post(page, ANNE | {"version": "1"})
    assert asked.status_code == 409
    assert "numéro 102" in asked.text
    assert await world.pool.fetchval("SELECT nom FROM intervenant WHERE numero = '900'") == "AUTRE"
    [seen] = re.findall(r'name="jumelle" value="([^"]+)"', asked.text)
    assert (await browser.post(page, ANNE | {"version": "1", "jumelle": seen})).status_code == 303


async def test_a_list_answers_which_of_its_people_are_twins(world):
    people = [ANNE | {"numero": "901"}, AUTRE | {"numero": "902"}]
    answer = await world.gestionnaire.put(PATH, {"intervenants": people})
    assert answer.json() == {"enregistres": 2, "jumelles": ["901"]}


async def test_a_file_that_changes_or_wakes_somebody_into_a_twin_says_so_by_line(world, autre):
    sleeping = ANNE | {"numero": "903", "actif": False}
    assert (await world.gestionnaire.put(PATH, {"intervenants": [sleeping]})).json()["jumelles"] == []
    line = "{};Mme;LEFÈVRE;Anne;102@ac-exemple.invalid;0699001J;;0202;oui"
    header = "numero;civilite;nom;prenom;courriel;uai;uais_secondaires;disciplines;actif"
    text = "\n".join([header, line.format("102"), line.format("900"), line.format("903")])
    headers = world.gestionnaire._headers | {"Content-Type": "text/csv"}
    sent = await world.client.post("/api/academies/10/annuaire?essai=true", content=text.encode(), headers=headers)
    assert await import_annuaire.work_at_import(world.pool, lambda: datetime.now(UTC))
    state = (await world.gestionnaire.get(sent.json()["adresse"])).json()
    assert autre
    assert [(one["ligne"], one["phrase"][:14]) for one in state["remarques"]] == [
        (3, "Une autre pers"),
        (4, "Une autre pers"),
    ]
