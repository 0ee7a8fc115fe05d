"""« Suivi »: who may not act on a convocation searches no directory for it and is told nothing of it."""

import re

PAGE = "/suivi/0699001J"


async def test_who_may_only_look_searches_no_directory(open_world, convoked):
    for who in ("delegue_consultation", "delegue_numerisation"):
        data = {"action": "remplacer", "choix": [f"{convoked['100']}|1"], "recherche": "dupont"}
        answer = await open_world.browser(who).post(PAGE, data=data)
        assert answer.status_code == 403, who
        assert "Inès" not in answer.text, who


async def test_who_acts_on_the_numerisation_alone_is_refused_a_mixed_choice_before_its_effect_is_told(
    open_world, convoked
):
    browser, choix = open_world.browser("delegue_numerisation"), [f"{one}|1" for one in convoked.values()]
    for action in ("annuler", "annuler|confirmer", "dates|confirmer"):
        data = {"action": action, "choix": choix, "motif": "Malade", "date": "2030-03-12"}
        assert (await browser.post(PAGE, data=data)).status_code == 403, action
    own = [f"{convoked['104']}|1"]
    assert (await browser.post(PAGE, data={"action": "annuler", "choix": own})).status_code == 200
    rows = await open_world.pool.fetch("SELECT DISTINCT status, version FROM convocation")
    assert [tuple(row) for row in rows] == [("ACTIVE", 1)]


async def test_who_acts_on_the_numerisation_alone_has_boxes_for_it_alone(open_world, convoked):
    page = await open_world.browser("delegue_numerisation").text(PAGE)
    assert re.findall(r'name="choix" value="([^|]*)', page) == [convoked["104"]]
    assert (await open_world.browser("chef").text(PAGE)).count('name="choix"') == 4
