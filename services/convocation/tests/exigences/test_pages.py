"""« Profils et besoins » without a browser: the effect before the saving, rights, stale and mistyped forms."""

import html
import re

import pytest

HG = "/exigences/10/HG"


async def send(browser, shown, path, action, **typed):
    """The form that was last shown, filled and sent as a browser does."""
    hidden = dict(re.findall(r'type="hidden" name="(version|vu)" value="([^"]*)"', shown.text))
    return await browser.post(path, hidden | typed | {"action": action})


async def written(world):
    return await world.pool.fetchval("SELECT count(*) FROM exigence WHERE academie = '10'")


@pytest.mark.parametrize(
    ("name", "listed", "own", "other"),
    [
        ("gestionnaire", 200, 200, 404),
        ("gestionnaire_de_lille", 200, 404, 200),
        ("administrateur", 200, 200, 200),
        ("chef", 403, 403, 403),
        ("delegue", 403, 403, 403),
        ("intervenant", 403, 403, 403),
    ],
)
async def test_each_acteur_sees_and_writes_within_his_reach(world, name, listed, own, other):
    someone = world.browser(name)
    assert (await someone.get("/exigences")).status_code == listed
    for academie, status in (("10", own), ("09", other)):
        path = f"/exigences/{academie}/HG"
        assert (await someone.get(path)).status_code == status
        assert (await someone.post(path, {"action": "effet"})).status_code == status
        assert (await someone.get(f"{path}/retour")).status_code == (404 if status == 200 else status)
        assert (await someone.post(f"{path}/retour", {"motif": "x"})).status_code == (404 if status == 200 else status)


async def test_an_epreuve_has_its_name_also_where_the_academie_has_no_mission_of_it(world):
    page = await world.browser("gestionnaire_de_lille").text("/exigences")
    assert "Humanités, littérature et philosophie" in html.unescape(page)  # Lyon's missions say it


async def test_the_nations_rules_are_the_administrateurs(world):
    admin, gestionnaire = world.browser("administrateur"), world.browser("gestionnaire")
    listed = await admin.get("/exigences")
    assert "Règles nationales" in listed.text
    assert "/exigences/nationale/HLP" in listed.text
    assert (await admin.get("/exigences/nationale/HLP")).status_code == 200
    assert (await gestionnaire.get("/exigences/nationale/HLP")).status_code == 404
    for unknown in ("/exigences/10/INCONNUE", "/exigences/99/HLP", "/exigences/x/HLP"):
        assert (await admin.get(unknown)).status_code == 404


async def test_the_list_says_which_rule_holds_and_what_it_asks(world):
    page = (await world.browser("gestionnaire").get("/exigences")).text
    assert "Académie de Lyon" in page
    hlp = html.unescape(page[page.index("Humanités") :])
    assert hlp.index("Règle nationale") < hlp.index("professeur de lettres") < hlp.index("professeur de philosophie")
    assert "Une personne de chaque profil par lot de 35 copies" in re.sub(r"\s+", " ", hlp)


async def test_nothing_is_saved_before_its_effect_was_shown(world):
    someone = world.browser("gestionnaire")
    page = await someone.get(HG)
    assert "Enregistrer" not in page.text
    # a form that asks to save at once is shown the effect
    answer = await send(someone, page, HG, "enregistrer", lot_copies="20", motif="Copies longues")
    assert answer.status_code == 200
    assert "rien n’est encore enregistré" in answer.text
    assert await written(world) == 0
    # what was changed after its effect was shown is shown again
    answer = await send(someone, answer, HG, "enregistrer", lot_copies="25", motif="Copies longues")
    assert answer.status_code == 200
    assert await written(world) == 0
    answer = await send(someone, answer, HG, "enregistrer", lot_copies="25", motif="Copies longues")
    assert (answer.status_code, answer.headers["location"]) == (303, "/exigences?fait=exigence")
    assert await world.pool.fetchval("SELECT lot_copies FROM exigence WHERE academie = '10'") == 25
    acte = await world.pool.fetchrow("SELECT * FROM audit WHERE action = 'exigences.ecrire'")
    assert (acte["par"], acte["motif"]) == ("gest", "Copies longues")


async def test_the_effect_names_the_missions_with_their_need_before_and_after(open_world):
    await open_world.chef.convoque(open_world.hg, "100", "101", "104")
    someone = open_world.browser("gestionnaire")
    answer = await send(someone, await someone.get(HG), HG, "effet", lot_copies="25")
    text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))
    assert "2 missions ouvertes suivent cette règle" in text
    assert "1 devient déficitaire" in text
    assert re.search(r"LYCEE 0699001J 0699001J – 2020-E3C1 3 4 3 Devient déficitaire", text)
    assert f'href="/missions/{open_world.hg}"' in answer.text
    assert "/missions?q=Histoire-g%C3%A9ographie" in answer.text


async def test_who_follows_the_correction_does_not_count_as_one_who_corrects(open_world):
    await open_world.chef.convoque(open_world.hg, "100", qualite="COORDINATEUR")
    await open_world.chef.convoque(open_world.hg, "101", "104")
    someone = open_world.browser("gestionnaire")
    answer = await send(someone, await someone.get(HG), HG, "effet", correcteurs="3")
    text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))
    assert re.search(r"LYCEE 0699001J 0699001J – 2020-E3C1 3 3 2 Sans changement", text)


@pytest.mark.parametrize(
    ("typed", "champ", "sentence"),
    [
        ({"lot_copies": "zéro"}, "lot_copies", "Un lot compte de 1 à 1 000 copies."),
        ({"lot_copies": "0"}, "lot_copies", "Un lot compte de 1 à 1 000 copies."),
        ({"correcteurs": "1001"}, "correcteurs", "Le nombre de correcteurs va de 0 à 1 000."),
        ({"profil-1": "historien"}, "disciplines-1", "Dites quelles disciplines"),
        ({"disciplines-3": "1000"}, "profil-1", "Donnez un nom au profil"),
        ({"profil-1": "x", "disciplines-1": "9999"}, "disciplines-1", "Discipline inconnue : 9999"),
    ],
)
async def test_a_mistyped_form_comes_back_as_it_was_typed(world, typed, champ, sentence):
    someone = world.browser("gestionnaire")
    answer = await send(someone, await someone.get(HG), HG, "effet", motif="Essai <b>", **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'href="#{champ}"' in answer.text
    assert f'id="{champ}"' in answer.text
    assert "Essai &lt;b&gt;" in answer.text
    for name, value in typed.items():
        assert name.startswith("disciplines") or f'value="{value}"' in answer.text


async def test_without_a_reason_nothing_is_saved_and_the_effect_is_still_in_sight(world):
    someone = world.browser("gestionnaire")
    answer = await send(someone, await someone.get(HG), HG, "effet", correcteurs="4")
    answer = await send(someone, answer, HG, "enregistrer", correcteurs="4")
    assert answer.status_code == 422
    assert "Indiquez le motif" in answer.text
    assert "Effet de ce changement" in answer.text
    assert await written(world) == 0


async def test_profiles_are_added_ticked_and_taken_away(world):
    someone = world.browser("gestionnaire")
    page = await someone.get("/exigences/10/HLP")
    assert page.text.count('class="im-profil"') == 2
    typed = {"profil-1": "lettres", "disciplines-1": ["0202", "0200"], "profil-2": "philo", "disciplines-2": "0100"}
    more = await send(someone, page, "/exigences/10/HLP", "ajouter", **typed)
    assert more.text.count('class="im-profil"') == 3
    typed |= {"profil-3": "", "retirer-1": "oui"}
    less = await send(someone, more, "/exigences/10/HLP", "effet", **typed)
    assert less.text.count('class="im-profil"') == 1
    assert 'value="philo"' in less.text
    typed = {"profil-1": "philo", "disciplines-1": "0100", "motif": "Essai"}
    assert (await send(someone, less, "/exigences/10/HLP", "enregistrer", **typed)).status_code == 303
    held = await world.pool.fetch("SELECT profil, disciplines FROM profil_requis WHERE academie = '10'")
    assert [(one["profil"], one["disciplines"]) for one in held] == [("philo", ["0100"])]


async def test_who_comes_second_is_told_what_holds_and_keeps_what_was_typed(world):
    first, second = world.browser("gestionnaire"), world.browser("gestionnaire")
    typed = {"correcteurs": "4", "motif": "Le second"}
    late = await send(second, await second.get(HG), HG, "effet", **typed)
    shown = await send(first, await first.get(HG), HG, "effet", lot_copies="20")
    assert (await send(first, shown, HG, "enregistrer", lot_copies="20", motif="Le premier")).status_code == 303
    stale = await send(second, late, HG, "enregistrer", **typed)
    assert stale.status_code == 412
    assert "la règle a changé depuis que vous l’avez ouverte" in html.unescape(stale.text)
    assert "par lot de 20 copies" in stale.text
    assert 'value="4"' in stale.text
    assert "Le second" in stale.text
    again = await send(second, stale, HG, "enregistrer", **typed)  # the effect over the new rule first
    assert again.status_code == 200
    assert (await send(second, again, HG, "enregistrer", **typed)).status_code == 303
    assert await world.pool.fetchval("SELECT correcteurs FROM exigence WHERE academie = '10'") == 4


async def test_back_to_the_nations_rule_with_its_effect_and_a_reason(world):
    someone = world.browser("gestionnaire")
    path, back = "/exigences/10/HLP", "/exigences/10/HLP/retour"
    assert "/retour" not in (await someone.get(path)).text
    shown = await send(someone, await someone.get(path), path, "effet", correcteurs="9")
    await send(someone, shown, path, "enregistrer", correcteurs="9", motif="Essai")
    assert back in (await someone.get(path)).text
    page = await someone.get(back)
    assert "professeur de philosophie" in page.text
    assert "1 mission ouverte suit cette règle" in page.text
    refused = await send(someone, page, back, "", motif="")
    assert refused.status_code == 422
    stale = await someone.post(back, {"version": "1", "motif": "Essai"})
    assert stale.status_code == 412
    answer = await send(someone, page, back, "", motif="Fin de l’essai")
    assert (answer.status_code, answer.headers["location"]) == (303, "/exigences?fait=exigence-nationale")
    assert await written(world) == 0
