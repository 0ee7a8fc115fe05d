"""« Coordonnées de l'établissement »: chef and délégué write, whom they convoke reads, nothing typed is lost."""

import json

import pytest

from acces.acteur import Role

LYON, LILLE = "0699001J", "0599001F"
DONNEES = {"telephone": "04 72 00 00 00", "courriel": "secretariat@ac-exemple.fr", "version": ""}


async def held(world):
    row = await world.pool.fetchrow("SELECT telephone, courriel, version FROM coordonnees_etablissement")
    return tuple(row) if row else None


async def test_chef_and_delegue_record_them_and_the_journal_says_who(open_world):
    done = await open_world.browser("chef").post(f"/coordonnees/{LYON}", DONNEES)
    assert (done.status_code, done.headers["location"]) == (303, f"/coordonnees/{LYON}?fait=coordonnees")
    page = await open_world.browser("chef").text(done.headers["location"])
    assert page.count("dans les mails et dans") == 2, "what is done, and what it is for"
    assert await held(open_world) == ("04 72 00 00 00", "secretariat@ac-exemple.fr", 1)
    without = await open_world.browser("delegue").post(f"/coordonnees/{LYON}", {"telephone": "", "version": "1"})
    assert without.status_code == 303
    assert await held(open_world) == (None, None, 2)
    query = "SELECT par, avant, apres FROM audit WHERE action = 'coordonnees.ecrire' ORDER BY id"
    first, second = await open_world.pool.fetch(query)
    assert [first["par"], second["par"]] == ["chef", "delegue"]
    assert json.loads(first["apres"])["courriel"] == "secretariat@ac-exemple.fr"
    assert json.loads(second["avant"])["telephone"] == "04 72 00 00 00"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"courriel": "secrétariat@ac-exemple.fr"}, "il faut une adresse sans accent"),
        ({"courriel": "Le lycée <a@b.fr>"}, "Écrivez l’adresse seule"),
        ({"telephone": "0" * 101}, "100 caractères au plus"),
    ],
)
async def test_what_is_wrong_is_refused_and_stays_in_the_form(open_world, wrong, sentence):
    answer = await open_world.browser("chef").post(f"/coordonnees/{LYON}", DONNEES | wrong)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="04 72 00 00 00"' in answer.text or "telephone" in wrong
    assert await held(open_world) is None


async def test_who_read_an_older_version_does_not_overwrite_the_newer(open_world):
    chef = open_world.browser("chef")
    await chef.post(f"/coordonnees/{LYON}", DONNEES)
    stale = await chef.post(f"/coordonnees/{LYON}", DONNEES | {"telephone": "05 00 00 00 00"})
    assert stale.status_code == 412
    assert 'value="05 00 00 00 00"' in stale.text
    assert (await held(open_world))[2] == 1


async def test_anothers_etablissement_does_not_exist_and_who_only_reads_is_refused(open_world):
    assert (await open_world.browser("chef").post(f"/coordonnees/{LILLE}", DONNEES)).status_code == 404
    for name in ("delegue_numerisation", "delegue_consultation", "gestionnaire", "intervenant"):
        assert (await open_world.browser(name).post(f"/coordonnees/{LYON}", DONNEES)).status_code == 403
    assert await held(open_world) is None


async def test_whom_the_etablissement_convokes_reads_them_and_may_write_to_it(open_world):
    made = await open_world.chef.convoque(open_world.hg, "100")
    path = f"/convocations/{made.json()['convocations'][0]['convocation_id']}"
    person = open_world.browser("intervenant")
    assert "Joindre l’établissement" not in await person.text("/mes-missions")
    await open_world.browser("chef").post(f"/coordonnees/{LYON}", DONNEES)
    for page in ("/mes-missions", path):
        told = await person.text(page)
        assert "Joindre l’établissement" in told
        assert "04 72 00 00 00" in told
        assert 'href="mailto:secretariat@ac-exemple.fr"' in told


async def test_she_reads_those_of_the_missions_place_and_not_of_her_own(open_world):
    """104 teaches elsewhere, and is convoked here."""
    await open_world.browser("autre_chef").post("/coordonnees/0699002K", DONNEES | {"telephone": "05 00 00 00 00"})
    await open_world.chef.convoque(open_world.hg, "104")
    await open_world.browser("chef").post(f"/coordonnees/{LYON}", DONNEES)
    told = await open_world.browser(open_world.acteur("104", Role.INTERVENANT)).text("/mes-missions")
    assert "04 72 00 00 00" in told
    assert "<dd>05" not in told
