"""A mail that failed or came back is seen by the établissement, which hands the convocation over and says so."""

import pytest

from testkit.actes import actes


@pytest.fixture
async def line(open_world):
    created = (await open_world.chef.convoque(open_world.hg, "100")).json()["convocations"][0]
    return created["convocation_id"]


@pytest.mark.parametrize(("retour", "words"), [(False, "Mail échoué"), (True, "Mail revenu")])
async def test_a_mail_that_failed_or_came_back_is_told_on_list_page_and_api_with_its_reason(
    open_world, line, retour, words
):
    await open_world.mailed(line, "ECHOUEE", retour=retour, motif="550 boîte inconnue")
    chef = open_world.browser("chef")
    for path in (f"/missions/{open_world.hg}", f"/convocations/{line}"):
        text = await chef.text(path)
        assert words in text, path
        assert "550 boîte inconnue" in text, path
    suivi = (await open_world.chef.get(f"/api/convocations/{line}")).json()["suivi"]
    assert (suivi["courriel"], suivi["courriel_motif"]) == ("REVENUE" if retour else "ECHOUEE", "550 boîte inconnue")


async def test_the_list_of_missions_finds_failed_mails_until_they_are_handed_over(open_world, line):
    chef = open_world.browser("chef")
    found = f"/missions/{open_world.hg}"
    assert found not in await chef.text("/missions?etat=mail-en-echec")
    await open_world.mailed(line, "ECHOUEE", retour=True)
    listed = await chef.text("/missions?etat=mail-en-echec")
    assert found in listed
    assert "1 mail en échec" in listed
    assert (await chef.post(f"/convocations/{line}/remise", {"version": "1"})).status_code == 303
    assert found not in await chef.text("/missions?etat=mail-en-echec")


@pytest.mark.parametrize("retour", [False, True])
async def test_the_coverage_counts_it_as_failed_until_it_was_handed_over(open_world, line, retour):
    async def counted():
        rows = (await open_world.administrateur.get("/api/couverture", par="etablissement")).json()
        return sum(one["mail_echoue"] for one in rows["groupes"])

    assert await counted() == 0
    await open_world.mailed(line, "ECHOUEE", retour=retour)
    assert await counted() == 1
    done = await open_world.browser("delegue").post(f"/convocations/{line}/remise", {"version": "1"})
    assert done.status_code == 303
    assert await counted() == 0


async def test_handing_over_is_confirmed_once_told_and_audited(open_world, line):
    await open_world.mailed(line, "ECHOUEE", motif="550")
    chef, path = open_world.browser("chef"), f"/convocations/{line}/remise"
    assert "Confirmer la remise en main propre" in await chef.text(f"/convocations/{line}")
    for _ in range(2):
        done = await chef.post(path, {"version": "1"})
        assert (done.status_code, done.headers["location"]) == (303, f"/convocations/{line}?fait=remise")
    acts = await actes(open_world.pool, "remise.ecrire")
    assert [(one.objet, one.apres) for one in acts] == [(f"convocation|{line}", {"version": 1})]
    for text in (await chef.text(f"/convocations/{line}"), await chef.text(f"/missions/{open_world.hg}")):
        assert "Remise en main propre" in text
        assert "Confirmer la remise" not in text
    told = (await open_world.chef.get(f"/api/convocations/{line}")).json()
    assert told["suivi"]["courriel"] == "REMISE"
    assert told["remise_le"]


async def test_a_version_that_was_superseded_is_not_confirmed_and_the_new_one_is_shown(open_world, line):
    await open_world.mailed(line, "ECHOUEE")
    change = await open_world.chef.put(f"/api/convocations/{line}", {"dates": ["2030-03-09"]}, **{"If-Match": '"1"'})
    assert change.status_code == 200
    waiting = (await open_world.chef.get(f"/api/convocations/{line}")).json()["suivi"]
    assert waiting["courriel"] == "EN_ATTENTE", "a failure of an earlier version says nothing of this one"
    await open_world.mailed(line, "ECHOUEE", of=2)
    refused = await open_world.browser("chef").post(f"/convocations/{line}/remise", {"version": "1"})
    assert (refused.status_code, "samedi 9 mars 2030" in refused.text) == (412, True)
    assert await open_world.pool.fetchval("SELECT count(*) FROM remise") == 0


@pytest.mark.parametrize("etat", [None, "ENVOYEE"])
async def test_what_the_mail_has_told_or_will_tell_is_not_handed_over(open_world, line, etat):
    if etat:
        await open_world.mailed(line, etat)
    chef = open_world.browser("chef")
    assert "Confirmer la remise" not in await chef.text(f"/convocations/{line}")
    refused = await chef.post(f"/convocations/{line}/remise", {"version": "1"})
    assert (refused.status_code, "n’a pas échoué" in refused.text) == (409, True)
    assert await open_world.pool.fetchval("SELECT count(*) FROM remise") == 0


async def test_a_cancellation_that_no_mail_told_is_handed_over_too_even_when_the_service_is_closed(open_world, line):
    cancelled = await open_world.chef.post(
        f"/api/convocations/{line}/annulation", {"motif": "x"}, **{"If-Match": '"1"'}
    )
    assert cancelled.status_code == 200
    await open_world.mailed(line, "ECHOUEE", of=2)
    await open_world.open(ouverte=False)
    assert (await open_world.browser("chef").post(f"/convocations/{line}/remise", {"version": "2"})).status_code == 303


async def test_another_etablissement_confirms_nothing_and_the_rectorat_only_looks(open_world, line):
    await open_world.mailed(line, "ECHOUEE")
    for name, status in {
        "autre_chef": 404,
        "gestionnaire_de_lille": 404,
        "gestionnaire": 403,
        "intervenant": 403,
    }.items():
        refused = await open_world.browser(name).post(f"/convocations/{line}/remise", {"version": "1"})
        assert refused.status_code == status, name
    assert "Confirmer la remise" not in await open_world.browser("gestionnaire").text(f"/convocations/{line}")
    assert await open_world.pool.fetchval("SELECT count(*) FROM remise") == 0
