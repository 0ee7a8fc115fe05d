"""A mail that failed or came back is sent again when the établissement or the rectorat asks: by one event, audited."""

import asyncio
import json

import pytest

from testkit.actes import actes


@pytest.fixture
async def line(open_world):
    created = (await open_world.chef.convoque(open_world.hg, "100")).json()["convocations"][0]
    return created["convocation_id"]


async def asked(world):
    rows = await world.pool.fetch(
        "SELECT key, version, payload FROM outbox WHERE type = 'fr.imagin.courriel-demande.v1' ORDER BY seq"
    )
    bodies = [json.loads(row["payload"]) for row in rows]
    assert {one["objet"] for one in bodies} <= {"RENVOI"}
    return [(row["key"], row["version"], one["convocation_version"]) for row, one in zip(rows, bodies, strict=True)]


async def courriel(world, line):
    return (await world.chef.get(f"/api/convocations/{line}")).json()["suivi"]["courriel"]


@pytest.mark.parametrize("retour", [False, True])
@pytest.mark.parametrize("who", ["chef", "delegue", "gestionnaire"])
async def test_a_failed_mail_is_asked_for_again_and_waits(open_world, line, who, retour):
    await open_world.mailed(line, "ECHOUEE", retour=retour, motif="550 boîte inconnue")
    browser = open_world.browser(who)
    assert "Renvoyer le mail" in await browser.text(f"/convocations/{line}")
    done = await browser.post(f"/convocations/{line}/renvoi", {"version": "1"})
    assert (done.status_code, done.headers["location"]) == (303, f"/convocations/{line}?fait=renvoi")
    assert await asked(open_world) == [(line, 1, 1)]
    assert await courriel(open_world, line) == "EN_ATTENTE"
    text = await browser.text(f"/convocations/{line}")
    assert "Mail en attente" in text
    assert "Renvoyer le mail" not in text
    assert "1 mail en échec" not in await browser.text("/missions")
    acts = await actes(open_world.pool, "renvoi.demander")
    assert [(one.objet, one.apres) for one in acts] == [(f"convocation|{line}", {"version": 1})]


async def test_asking_twice_is_one_request_and_after_a_second_failure_there_is_another(open_world, line):
    await open_world.mailed(line, "ECHOUEE")
    chef, path = open_world.browser("chef"), f"/convocations/{line}/renvoi"
    assert (await chef.post(path, {"version": "1"})).status_code == 303
    again = await chef.post(path, {"version": "1"})
    assert (again.status_code, "déjà demandé" in again.text) == (409, True)
    await open_world.mailed(line, "ECHOUEE", news=2, retour=True)
    assert await courriel(open_world, line) == "REVENUE"
    assert (await chef.post(path, {"version": "1"})).status_code == 303
    assert await asked(open_world) == [(line, 1, 1), (line, 2, 1)]
    await open_world.mailed(line, "ENVOYEE", news=3)
    assert await courriel(open_world, line) == "ENVOYEE"


async def test_of_many_clicks_at_once_one_asks(open_world, line):
    await open_world.mailed(line, "ECHOUEE")
    browsers = [open_world.browser(name) for name in ("chef", "delegue", "gestionnaire") * 4]
    answers = await asyncio.gather(*(one.post(f"/convocations/{line}/renvoi", {"version": "1"}) for one in browsers))
    assert sorted(one.status_code for one in answers) == [303] + [409] * 11
    assert await asked(open_world) == [(line, 1, 1)]


@pytest.mark.parametrize("etat", [None, "ENVOYEE"])
async def test_what_has_not_failed_is_not_sent_again(open_world, line, etat):
    if etat:
        await open_world.mailed(line, etat)
    refused = await open_world.browser("chef").post(f"/convocations/{line}/renvoi", {"version": "1"})
    assert (refused.status_code, "n’est pas en échec" in refused.text) == (409, True)
    assert await asked(open_world) == []


async def test_what_was_handed_over_is_not_sent_again(open_world, line):
    await open_world.mailed(line, "ECHOUEE")
    chef = open_world.browser("chef")
    assert (await chef.post(f"/convocations/{line}/remise", {"version": "1"})).status_code == 303
    assert (await chef.post(f"/convocations/{line}/renvoi", {"version": "1"})).status_code == 409
    assert await asked(open_world) == []


async def test_a_version_that_was_superseded_is_not_sent_again(open_world, line):
    await open_world.mailed(line, "ECHOUEE")
    change = await open_world.chef.put(f"/api/convocations/{line}", {"dates": ["2030-03-09"]}, **{"If-Match": '"1"'})
    assert change.status_code == 200
    refused = await open_world.browser("chef").post(f"/convocations/{line}/renvoi", {"version": "1"})
    assert (refused.status_code, "samedi 9 mars 2030" in refused.text) == (412, True)
    assert await asked(open_world) == []


async def test_nobody_elses_mail_is_sent_again(open_world, line):
    await open_world.mailed(line, "ECHOUEE")
    for name, status in {
        "autre_chef": 404,
        "gestionnaire_de_lille": 404,
        "administrateur": 403,
        "intervenant": 403,
    }.items():
        refused = await open_world.browser(name).post(f"/convocations/{line}/renvoi", {"version": "1"})
        assert refused.status_code == status, name
        if status == 403:
            assert "Renvoyer le mail" not in await open_world.browser(name).text(f"/convocations/{line}")
    assert await asked(open_world) == []
