"""Likely duplicates (R36): found and shown, to be merged on the page or said to be two people for ever."""

import html
import re

import pytest

from acces.acteur import Role
from testkit.actes import actes

LYON, AUTRE_LYON, LILLE = "0699001J", "0699002K", "0599001F"
ACTEURS = {"gestionnaire": (200, 200), "gestionnaire_de_lille": (200, 404)} | dict.fromkeys(
    ("chef", "delegue", "intervenant", "notifier", "santorin"), (403, 403)
)


async def test_a_name_with_something_else_in_common_makes_a_pair_and_neither_alone_does(world, twins):
    married = world.fiche("300", "MARIEE", "Karim", courriel="103@AC-EXEMPLE.invalid")
    elsewhere = world.fiche("301", "LEFEVRE", "Anna", AUTRE_LYON)  # a near name, no établissement in common
    colleague = world.fiche("302", "AUTREMENT", "Nommée", courriel="102@ac-exemple.invalid")  # only the address
    await world.register([*twins, married, elsewhere, colleague])
    assert await world.doublons(world.gestionnaire) == {
        ("100", "200"): ("nom", "seules"),
        ("102", "202"): ("proche", "etablissement"),
        ("103", "300"): ("courriel", "discipline"),
    }
    answer = (await world.gestionnaire.get("/api/intervenants/doublons")).json()
    assert answer["total"] == 3
    [first] = [one for one in answer["doublons"] if one["intervenants"][0]["numero"] == "100"]
    assert first["differents"] == ["courriel", "disciplines", "profils", "uai"]


async def test_the_likeliest_pair_comes_first(world):
    twin = world.fiche("100B", "BŒUF", "Élodie", LYON, courriel="100@ac-exemple.invalid")
    abadie = world.fiche("0B", "ABADIE", "Luc", "0699003L", courriel="0B@exemple.invalid")
    await world.register([world.fiche("0A", "ABADIE", "Luc"), abadie, twin])
    assert list((await world.doublons(world.gestionnaire)).items()) == [
        (("100", "100B"), ("nom", "courriel", "etablissement", "seules")),
        (("0A", "0B"), ("nom", "discipline", "seules")),
    ]


async def test_many_pairs_are_told_page_by_page_each_once(world):
    same = [world.fiche(f"7{n:02}{side}", f"MEME{n:02}", "Nom", f"06991{n:02}A") for n in range(60) for side in "AB"]
    await world.register(same)
    await world.look_for_pairs()
    pages = [(await world.gestionnaire.get("/api/intervenants/doublons", page=n)).json() for n in (1, 2, 3)]
    assert [len(one["doublons"]) for one in pages] == [50, 10, 0]
    names = [pair["intervenants"][0]["nom"] for one in pages for pair in one["doublons"]]
    assert names == [f"MEME{n:02}" for n in range(60)]  # by name where nothing else tells them apart
    second = (await world.browser("gestionnaire").get("/intervenants/doublons?page=2")).text
    assert second.count("Comparer<") == 10
    assert "60 paires de fiches, page 2 sur 2" in second.replace("\u202f", " ")


async def test_inactive_people_another_academie_and_an_offices_mail_make_no_pair(world, twins):
    office = [
        world.fiche(f"40{n}", f"NOM{n * 1111}", f"PRENOM{n}{n}", courriel="bureau@ac-exemple.invalid") for n in range(6)
    ]
    await world.register([twins[0] | {"actif": False}, *office])
    await world.register([world.fiche("500", "BŒUF", "Élodie", LILLE)], "09", world.gestionnaire_de_lille)
    assert await world.doublons(world.gestionnaire) == {}
    assert await world.doublons(world.gestionnaire_de_lille) == {}


async def test_two_people_who_are_not_one_are_never_shown_again(world, twins):
    await world.register(twins)
    ids = [(await world.lue(numero))["id"] for numero in ("200", "100")]
    for _ in range(2):  # twice is once
        answer = await world.gestionnaire.post("/api/intervenants/distincts", {"intervenants": ids})
        assert answer.status_code == 204
    assert list(await world.doublons(world.gestionnaire)) == [("102", "202")]
    acts = await actes(world.pool, "intervenants.fusionner")
    assert [(row.objet, row.academie) for row in acts] == [("doublon|100|200", "10")]


@pytest.mark.parametrize("name", ACTEURS)
async def test_only_the_academies_gestionnaire_sees_merges_and_separates(world, twins, name):
    await world.register(twins)
    acteur, (listed, other) = getattr(world, name), ACTEURS[name]
    assert (await acteur.get("/api/intervenants/doublons")).status_code == listed
    if listed == 200:
        assert bool(await world.doublons(acteur)) == (other == 200)
    ids = [(await world.lue(numero))["id"] for numero in ("100", "200")]
    address = f"/intervenants/doublons/{ids[0]}/{ids[1]}"
    browser = world.browser(name)
    assert (await browser.get("/intervenants/doublons")).status_code == listed
    assert (await browser.get(address)).status_code == other
    assert (await world.merge("100", "200", acteur, gardee={"id": ids[0], "version": 9})).status_code == (
        412 if other == 200 else other
    )
    answer = await acteur.post("/api/intervenants/distincts", {"intervenants": ids})
    assert answer.status_code == (204 if other == 200 else other)


async def test_the_administrateur_looks_and_decides_nothing(world, twins):
    await world.register(twins)
    assert ("100", "200") in await world.doublons(world.administrateur)
    browser, ids = world.browser("administrateur"), [(await world.lue(numero))["id"] for numero in ("100", "200")]
    page = await browser.text("/intervenants/doublons")
    assert "Comparer" in page
    assert 'name="paire"' not in page
    assert "Ce ne sont pas les mêmes" not in page
    address = f"/intervenants/doublons/{ids[0]}/{ids[1]}"
    assert 'name="gardee"' not in await browser.text(address)
    for path in ("/intervenants/doublons", address):
        assert (await browser.post(path, {"action": "distinctes"})).status_code == 403
    assert (await world.merge("100", "200", world.administrateur)).status_code == 403


async def test_who_has_several_academies_filters_the_pairs_by_one(world, twins):
    await world.register(twins)
    await world.register(
        [world.fiche(f"5{n}", "LILLOISE", "Y", LILLE) for n in "12"], "09", world.gestionnaire_de_lille
    )
    await world.look_for_pairs()
    browser = world.browser(world.acteur("siec", Role.GESTIONNAIRE, academies=["09", "10"]))
    for asked, shown in (
        ("", {"LILLOISE", "BŒUF"}),
        ("09", {"LILLOISE"}),
        ("10", {"BŒUF"}),
        ("01", {"LILLOISE", "BŒUF"}),
    ):
        page = await browser.text(f"/intervenants/doublons?academie={asked}")
        assert {name for name in ("LILLOISE", "BŒUF") if name in page} == shown
    assert 'name="academie"' not in await world.browser("gestionnaire").text("/intervenants/doublons")


async def test_the_page_asks_which_to_keep_tells_a_stale_form_and_merges(world, twins):
    await world.register(twins)
    await world.look_for_pairs()
    gestionnaire = world.browser("gestionnaire")
    listed = (await gestionnaire.get("/intervenants/doublons")).text
    [address] = [
        one for one in re.findall(r'href="(/intervenants/doublons/[^"]+)"', listed) if (await _is_boeuf(world, one))
    ]
    shown = await gestionnaire.get(address)
    text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", shown.text)))
    assert "Courriel 100@ac-exemple.invalid 200@exemple.invalid Différent" in text
    assert "Nom BŒUF BOEUF Identique" in text
    form = dict(re.findall(r'type="hidden" name="(version-[12])" value="([^"]*)"', shown.text))
    unchosen = await gestionnaire.post(address, form | {"action": "fusionner"})
    assert unchosen.status_code == 422
    assert "Choisissez la fiche à garder." in unchosen.text
    chosen = form | {"action": "fusionner", "gardee": (await world.lue("200"))["id"]}
    stale = await gestionnaire.post(address, chosen | {"version-1": "9"})
    assert stale.status_code == 412
    assert f'value="{chosen["gardee"]}" checked' in stale.text
    done = await gestionnaire.post(address, chosen)
    assert (done.status_code, done.headers["location"]) == (303, "/intervenants/doublons?fait=fusionnees")
    assert await world.pool.fetchval("SELECT fusionne_dans FROM intervenant WHERE numero = '100'") == "200"
    assert "Il n’y a rien à fusionner" in (await gestionnaire.get(address)).text


async def _is_boeuf(world, address):
    numeros = await world.pool.fetch("SELECT numero FROM intervenant WHERE id::text = ANY($1)", address.split("/")[-2:])
    return {row["numero"] for row in numeros} == {"100", "200"}
