"""« Affecter » as a page: what was to be read before convoking, and that one read it."""

import re


async def test_warnings_that_were_overridden_are_remembered_with_the_reason(open_world):
    chef = open_world.browser("chef")
    path = f"/missions/{open_world.hg}/affectation"
    form = {"action": "convoquer", "cle": "a", "numeros": "100", "dates": "2030-03-05", "motif": "urgent"}
    asked = await chef.post(path, form)
    assert (asked.status_code, "à lire avant de convoquer" in asked.text) == (422, True)
    assert await open_world.told() == []
    read = {"lus": ["signature-absente", "aucun-coordinateur"]}
    done = await chef.post(path, form | read)
    assert done.headers["location"] == f"/missions/{open_world.hg}?fait=convoquees&n=1"
    row = await open_world.pool.fetchrow("SELECT motif, par, avertissements FROM passage_outre")
    assert (row["motif"], row["par"]) == ("urgent", "chef")
    assert "aucun-coordinateur" in row["avertissements"]
    again = await chef.post(path, form | read)
    assert again.headers["location"].endswith("fait=deja-enregistree")
    assert len(await open_world.told()) == 1


async def test_a_coordinateur_is_convoked_with_the_others_in_one_window(open_world):
    chef, path = open_world.browser("chef"), f"/missions/{open_world.hg}/affectation"
    form = {"action": "convoquer", "cle": "a", "numeros": ["100", "101"], "dates": "2030-03-05"}
    form |= {"lus": ["signature-absente"]}
    refused = await chef.post(path, form | {"coordinateur": "102"})
    assert "Cochez aussi la personne" in refused.text
    assert (await chef.post(path, form | {"coordinateur": "101"})).status_code == 303
    rows = await open_world.pool.fetch("SELECT numero, qualite FROM convocation ORDER BY numero")
    assert [tuple(one) for one in rows] == [("100", "CORRECTEUR"), ("101", "COORDINATEUR")]


async def test_a_mission_leads_to_the_next_one_and_the_last_to_none(open_world):
    chef = open_world.browser("chef")
    missions = set(re.findall(r'href="(/missions/[0-9a-f-]+)"', await chef.text("/missions")))
    after = {
        path: re.findall(r'href="(/missions/[^"/]+)">Mission suivante', await chef.text(path)) for path in missions
    }
    assert sorted(len(one) for one in after.values()) == [0, *([1] * (len(missions) - 1))]
    assert len({path for one in after.values() for path in one}) == len(missions) - 1
