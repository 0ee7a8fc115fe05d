"""Whom one finds to convoke, in the guide's words (R28–R36): by discipline, by name, or nobody."""

import re

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


async def test_who_teaches_a_discipline_elsewhere_is_found_the_nearest_first_and_told_how_many_there_are(open_world):
    fiche = open_world.fiche
    far = [fiche(f"3{n:02}", "ZHANG" if n else "ABEL", "Li", "0699003L", ["0424"]) for n in range(24)]
    places = {"loin": "0429001A", "departement": "0699008T", "commune": "0699002K"}
    near = [fiche(numero, f"NOM {numero}", "Li", uai, ["0424"]) for numero, uai in places.items()]
    await open_world.register([*far, *near, fiche("400", "LICI", "Li", "0699001J", ["0424"])])
    path = f"/api/missions/{open_world.hg}/intervenants"
    told = (await open_world.chef.get(path, discipline="0424", ailleurs="true")).json()
    numeros = [one["numero"] for one in told["intervenants"]]
    assert (len(numeros), told["total"], numeros[:2]) == (20, 27, ["commune", "300"])
    assert "400" not in numeros, "one's own are another list"
    assert {one["coche"] for one in told["intervenants"]} == {False}
    page = await open_world.browser("chef").post(
        f"/missions/{open_world.hg}/affectation", {"action": "chercher", "discipline": "chinois"}
    )
    assert "20 sur 27, affinez par le nom" in page.text
    assert "LYCEE 0699002K, VILLE (0699002K)" in page.text
    narrowed = await open_world.browser("chef").post(
        f"/missions/{open_world.hg}/affectation", {"action": "chercher", "discipline": "chinois", "nom": "nom li"}
    )
    assert "sur 27" not in narrowed.text
    assert [numero for numero in places if f'value="{numero}"' in narrowed.text] == list(places)


async def test_who_is_listed_further_up_is_counted_as_shown(open_world):
    fiche = open_world.fiche
    await open_world.register(
        [fiche("400", "ZHANG", "Li", "0699002K", ["0424"]), fiche("401", "ZHANG", "Li", "0699003L", ["1000"])]
    )
    form = {"action": "chercher", "discipline": "chinois", "nom": "zhang"}
    page = (await open_world.browser("chef").post(f"/missions/{open_world.hg}/affectation", form)).text
    assert "2 personnes trouvées dans l’académie, dont 1 plus haut" in page
    assert "affinez" not in page


async def test_namesakes_are_told_apart_where_the_coordinateur_is_chosen(open_world):
    fiche = open_world.fiche
    await open_world.register(
        [fiche("400", "ZHANG", "Li", "0699002K", ["0424"]), fiche("401", "ZHANG", "Li", "0699003L", ["1000"])]
    )
    form = {"action": "chercher", "nom": "zhang"}
    page = (await open_world.browser("chef").post(f"/missions/{open_world.hg}/affectation", form)).text
    options = re.findall(r'<option value="40\d"[^>]*>([^<]*)<', page)
    assert sorted(options) == [
        "ZHANG Li, Chinois – LYCEE 0699002K, VILLE (0699002K)",
        "ZHANG Li, Histoire-géographie – 0699003L",
    ]


async def test_shortcuts_are_the_disciplines_that_somebody_teaches_here_with_their_number(open_world):
    page = await open_world.browser("chef").text(f"/missions/{open_world.hlp}/affectation")
    assert "Lettres modernes (1)" in page
    assert "Philosophie (1)" in page
    assert "Lettres classiques (" not in page


async def test_whoever_was_cancelled_is_never_ticked_by_itself_and_is_marked(open_world):
    made = (await open_world.chef.convoque(open_world.hg, "100", "101")).json()["convocations"]
    line = f"/api/convocations/{made[0]['convocation_id']}/annulation"
    await open_world.chef.post(line, {"motif": "malade"}, **{"If-Match": '"1"'})
    chef, path = open_world.browser("chef"), f"/missions/{open_world.hg}/affectation"
    form = {"action": "chercher", "discipline": "Histoire-géographie"}
    shown = (await chef.post(path, form)).text
    assert re.findall(r'value="(\d+)" checked', " ".join(shown.split())) == ["104"]
    assert re.search(r"annulée le \w+ \d", shown)
    ticked = (await chef.post(path, form | {"numeros": "100", "affiches": ["100", "104"]})).text
    assert re.findall(r'value="(\d+)" checked', " ".join(ticked.split())) == ["100"], "who is ticked by hand stays"
