"""« Suivi »: what is told after an act is what it did."""

import re

import pytest

LYON, DAY = "0699001J", "2030-03-05"
PAGE = f"/suivi/{LYON}"


async def confirm(browser, acte, *choix, **typed):
    return await browser.post(PAGE, data={"action": f"{acte}|confirmer", "choix": choix, **typed})


async def test_a_reminder_says_how_many_were_reminded(open_world, convoked):
    browser = open_world.browser("chef")
    await open_world.mailed(convoked["100"])
    done = await confirm(browser, "relancer", *(f"{one}|1" for one in convoked.values()))
    assert "n=1" in done.headers["location"]


async def test_what_changes_nothing_is_not_told_as_done(open_world, convoked):
    done = await confirm(open_world.browser("chef"), "dates", f"{convoked['100']}|1", date=DAY)
    text = await open_world.browser("chef").text(done.headers["location"])
    assert "SANTORIN en est prévenu" not in text


async def test_a_replacement_counts_those_who_were_replaced(open_world, convoked):
    browser = open_world.browser("chef")
    page = await confirm(browser, "remplacer", f"{convoked['102']}|1", remplacant="105", motif="Malade")
    lus = re.findall(r'name="lus" value="([^"]*)"', page.text)
    done = await confirm(browser, "remplacer", f"{convoked['102']}|1", remplacant="105", motif="Malade", lus=lus)
    assert "n=1" in done.headers["location"], done.headers


async def test_warnings_of_one_mission_and_a_refusal_of_another_are_told_on_the_page(open_world, convoked):
    browser, choix = open_world.browser("chef"), [f"{convoked['100']}|1", f"{convoked['102']}|1"]
    for already_there in ("101", "102"):
        answer = await confirm(browser, "remplacer", *choix, remplacant=already_there, motif="Malade")
        assert answer.text.count('name="choix"') == 2, answer.text  # what was ticked is not lost
        assert "déjà" in answer.text


@pytest.mark.parametrize(
    "typed",
    [
        {"action": "qualite|confirmer", "qualite": "CHANTEUR"},
        {"action": "qualite|confirmer", "qualite": "\0"},
        {"action": "dates|confirmer", "date": "9999-99-99"},
        {"action": "dates|confirmer", "date": "٢٠٣٠-03-05"},
        {"action": "dates|confirmer", "date": "0001-01-01"},
        {"action": "dates|confirmer", "date": "9999-12-31"},
        {"action": "observation|confirmer", "observation": "x" * 100_000},
        {"action": "annuler|confirmer", "motif": "x" * 100_000},
        {"action": "annuler|confirmer", "motif": "\0"},
        {"action": "remplacer|confirmer", "remplacant": "\0", "motif": "a"},
        {"action": "remplacer|confirmer", "remplacant": "x" * 100, "motif": "a"},
        {"action": "remplacer", "recherche": "\0\0\0%_'"},
        {"action": "remplacer", "recherche": "ß" * 90},
        {"action": "exploser|confirmer"},
    ],
)
async def test_what_makes_no_sense_is_no_fault_of_the_server(open_world, convoked, typed):
    browser = open_world.browser("chef")
    answer = await browser.post(PAGE, data={"choix": [f"{convoked['104']}|1", "x|1", "|", "\0|9"], **typed})
    assert answer.status_code < 500, answer.text
    for query in ("?fait=lot&n=99999999999&lot=<script>", "?etat=\u2028&mission=x&session=x", "?enleves=0.D800.x"):
        answer = await browser.get(PAGE + query)
        assert answer.status_code == 200
        assert "<script>" not in answer.text.split("<main")[1]


async def test_mails_that_failed_go_out_again_all_together_and_no_other(open_world, convoked):
    browser, choix = open_world.browser("chef"), [f"{one}|1" for one in convoked.values()]
    nothing = await confirm(browser, "renvoyer", *choix)
    assert nothing.status_code == 409
    await open_world.mailed(convoked["100"], "ECHOUEE", motif="boîte pleine")
    await open_world.mailed(convoked["102"], "ECHOUEE", motif="inconnu", retour=True)
    await open_world.mailed(convoked["101"])
    done = await confirm(browser, "renvoyer", *choix)
    assert "fait=renvoi&n=2" in done.headers["location"]
    asked = await open_world.pool.fetch("SELECT convocation_id::text FROM courriel_demande")
    assert {row["convocation_id"] for row in asked} == {convoked["100"], convoked["102"]}
    assert (await confirm(browser, "renvoyer", *choix)).status_code == 409  # they are on their way
