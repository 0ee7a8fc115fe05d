"""The contact of an académie: who keeps it, who reads it, and that each change is an act."""

import json
import re

import pytest

CONTACT = {"nom": "Bureau DEC", "courriel": "dec@ac-exemple.invalid", "telephone": "04 00", "horaires": "9 h – 17 h"}


async def acts_written(world):
    return await world.pool.fetchval("SELECT count(*) FROM audit")


def told(answer):
    """The sentences of the summary of what is to be mended."""
    summary = answer.text.partition('id="resume-erreurs"')[2].partition("</ul>")[0]
    return re.findall(r"<li>(?:<a[^>]*>)?([^<]+)", summary)


async def test_the_contact_is_each_gestionnaires_own_and_the_etablissement_reads_it(world):
    gestionnaire, before = world.browser("gestionnaire"), await acts_written(world)
    assert (await gestionnaire.get("/contact")).headers["location"] == "/contact/10"
    wrong = await gestionnaire.post("/contact/10", CONTACT | {"courriel": "dec", "horaires": ""})
    assert (wrong.status_code, len(told(wrong))) == (422, 2)
    assert 'value="Bureau DEC"' in wrong.text
    done = await gestionnaire.post("/contact/10", CONTACT)
    assert (done.status_code, done.headers["location"]) == (303, "/contact/10?fait=contact")
    assert 'value="04 00"' in (await gestionnaire.get("/contact/10")).text
    mine = (await world.browser("chef").get("/demandes")).text
    assert all(value in mine for value in CONTACT.values())
    assert await acts_written(world) == before + 1


@pytest.mark.parametrize("name", ["chef", "delegue", "intervenant", "notifier", "santorin"])
async def test_the_contact_is_written_by_no_other_role(world, name):
    acteur = world.browser(name)
    for answer in (
        await acteur.get("/contact"),
        await acteur.get("/contact/10"),
        await acteur.post("/contact/10", CONTACT),
    ):
        assert answer.status_code == 403


async def test_all_academies_stand_by_name_and_are_named_in_french(world):
    page = await world.browser("administrateur").text("/contact/20")
    assert "<h1>Contact de l’académie d’Amiens</h1>" in page
    others = re.findall(r'href="/contact/\d\d">([^<]*)<', page)
    assert others[:4] == ["Aix-Marseille", "Besançon", "Bordeaux", "Clermont-Ferrand"]
    assert others[-2:] == ["Versailles", "Wallis-et-Futuna"]


async def test_another_academies_contact_is_no_page(world):
    lille, before = world.browser("gestionnaire_de_lille"), await acts_written(world)
    assert (await lille.get("/contact/10")).status_code == 404
    assert (await lille.post("/contact/10", CONTACT)).status_code == 404
    api = await world.gestionnaire_de_lille.put("/api/academies/10/contact", CONTACT)
    assert (api.status_code, api.json()["code"]) == (404, "academie-inconnue")
    assert await acts_written(world) == before


async def test_the_contact_is_an_act_too(world):
    contact = {"nom": "DEC", "courriel": "x@y.invalid", "telephone": "04", "horaires": "9 h"}
    for telephone in ("04", "05"):
        await world.gestionnaire.put("/api/academies/10/contact", contact | {"telephone": telephone})
    rows = await world.pool.fetch("SELECT avant, apres FROM audit WHERE objet = 'contact|10' ORDER BY id")
    first, second = ({name: json.loads(row[name] or "null") for name in ("avant", "apres")} for row in rows)
    assert (first["avant"], first["apres"]) == (None, contact)
    assert (second["avant"], second["apres"]) == ({"telephone": "04"}, {"telephone": "05"})
