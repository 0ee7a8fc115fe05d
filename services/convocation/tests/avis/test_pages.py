"""« Avis à l'établissement »: who settles it, what is shown, and that a change is in the audit."""

import json

LYON = "0699001J"


async def test_chef_and_delegue_settle_the_rhythm_and_the_audit_has_it(avis):
    for name, rythme in (("chef", "AUSSITOT"), ("delegue", "JAMAIS")):
        browser = avis.world.browser(name)
        answer = await browser.post(f"/avis/{LYON}", {"rythme": rythme})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/avis/{LYON}?fait=avis")
        assert f'value="{rythme}" selected' in await browser.text(f"/avis/{LYON}")
        assert "Réglage enregistré" in await browser.text(f"/avis/{LYON}?fait=avis")
    await avis.rythme("JAMAIS")
    rows = await avis.world.pool.fetch("SELECT avant, apres FROM audit WHERE action = 'avis.regler' ORDER BY id")
    found = [(row["avant"]["rythme"], row["apres"]["rythme"]) for row in map(loaded, rows)]
    assert found == [("QUOTIDIEN", "AUSSITOT"), ("AUSSITOT", "JAMAIS")], "what changes nothing is no act"
    journal = await avis.world.browser("administrateur").text("/journal")
    assert "Avis à l’établissement" in journal


def loaded(row):
    return {name: json.loads(row[name]) if isinstance(row[name], str) else row[name] for name in ("avant", "apres")}


async def test_daily_is_what_holds_until_somebody_chooses_and_an_unknown_rhythm_is_asked_for_again(avis):
    browser = avis.world.browser("chef")
    page = await browser.text(f"/avis/{LYON}")
    assert 'value="QUOTIDIEN" selected' in page
    assert "lycee@ac-exemple.invalid" in page
    assert "Rien n’est arrivé depuis trente jours." in page
    answer = await browser.post(f"/avis/{LYON}", {"rythme": "SOUVENT"})
    assert answer.status_code == 422
    assert "Choisissez quand prévenir" in answer.text


async def test_another_etablissement_does_not_exist_and_who_may_not_is_refused(avis):
    for name, status in (
        ("autre_chef", 404),
        ("delegue_consultation", 403),
        ("gestionnaire", 403),
        ("intervenant", 403),
    ):
        assert (await avis.world.browser(name).get(f"/avis/{LYON}")).status_code == status


async def test_the_page_leads_to_what_is_to_be_done_and_the_list_leads_to_the_page(avis):
    convocation = await avis.convoked()
    await avis.prevented(convocation)
    page = await avis.world.browser("chef").text(f"/avis/{LYON}")
    assert f'href="/convocations/{convocation}/empechement/traiter"' in page
    assert "pas encore" in page
    assert f'href="/avis/{LYON}"' in await avis.world.browser("chef").text(f"/suivi/{LYON}")
    assert f'href="/avis/{LYON}"' not in await avis.world.browser("delegue_consultation").text(f"/suivi/{LYON}")
