"""Whom one finds to convoke, in the guide's words (R28–R36): by discipline, by name, or nobody."""

import pytest


async def test_r28_and_r30_a_discipline_lists_the_etablissements_own_people_main_or_secondary_post(open_world):
    path = f"/api/missions/{open_world.hg}/intervenants"
    found = (await open_world.chef.get(path, discipline="1000")).json()["intervenants"]
    assert [person["numero"] for person in found] == ["100", "101", "104"]


async def test_r29_suggestions_of_discipline_refine_while_one_types(open_world):
    async def typed(text):
        found = (await open_world.chef.get("/api/disciplines", q=text)).json()["disciplines"]
        return [one["libelle"] for one in found]

    assert await typed("lettres") == ["Lettres", "Lettres classiques", "Lettres modernes"]
    assert await typed("lettres cl") == ["Lettres classiques"]
    assert await typed("geo") == ["Histoire-géographie"]
    assert await typed("1000") == ["Histoire-géographie"]


async def test_r31_all_people_found_by_discipline_are_ticked_and_those_found_by_name_are_not(open_world):
    path = f"/api/missions/{open_world.hg}/intervenants"
    by_discipline = (await open_world.chef.get(path, discipline="1000")).json()["intervenants"]
    by_name = (await open_world.chef.get(path, nom="dupont")).json()["intervenants"]
    assert {person["coche"] for person in by_discipline} == {True}
    assert {person["coche"] for person in by_name} == {False}


@pytest.mark.parametrize(
    ("typed", "numeros"),
    [
        ("dup", ["105", "104"]),
        ("dupont zo", ["104"]),
        ("zoe dupont", ["104"]),
        ("boeuf", ["100"]),
        ("la tour", ["101"]),
        ("JEAN noel de", ["101"]),
        ("n'diaye", ["103"]),
        ("n'd", ["101", "103"]),
        ("n", []),
        ("%", []),
        ("nobody", []),
    ],
)
async def test_r35_a_name_is_found_in_the_whole_academie_whatever_accents_order_and_particles(
    open_world, typed, numeros
):
    answer = (await open_world.chef.get(f"/api/missions/{open_world.hg}/intervenants", nom=typed)).json()
    assert [person["numero"] for person in answer["intervenants"]] == numeros


async def test_r36_nobody_found_sends_to_the_gestionnaire_and_only_he_creates_people(open_world):
    answer = (await open_world.chef.get(f"/api/missions/{open_world.hg}/intervenants", nom="nobody")).json()
    assert "gestionnaire IMAGIN" in answer["message"]
    person = {"numero": "200", "civilite": "M.", "nom": "NEUF", "prenom": "Luc", "courriel": "a@b.invalid"}
    body = {"intervenants": [person | {"uai": "0699001J", "disciplines": ["1000"]}]}
    for acteur, refused in (
        (open_world.chef, 403),
        (open_world.administrateur, 403),
        (open_world.gestionnaire_de_lille, 404),
    ):
        assert (await acteur.put("/api/academies/10/intervenants", body)).status_code == refused
    assert (await open_world.gestionnaire.put("/api/academies/10/intervenants", body)).status_code == 200
    assert (await open_world.chef.convoque(open_world.hg, "200")).status_code == 201
