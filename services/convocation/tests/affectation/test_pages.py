"""« Affecter » as a page: what was to be read before convoking, and that one read it."""


async def test_warnings_that_were_overridden_are_remembered_with_the_reason(open_world):
    chef = open_world.browser("chef")
    path = f"/missions/{open_world.hg}/affectation"
    form = {"action": "convoquer", "cle": "a", "numeros": "100", "dates": "2030-03-05", "motif": "urgent"}
    asked = await chef.post(path, form)
    assert (asked.status_code, "à lire avant de convoquer" in asked.text) == (422, True)
    assert await open_world.told() == []
    read = {"lus": ["signature-absente", "aucun-coordinateur"]}
    done = await chef.post(path, form | read)
    assert done.headers["location"] == f"/missions/{open_world.hg}?fait=convoquees"
    row = await open_world.pool.fetchrow("SELECT motif, par, avertissements FROM passage_outre")
    assert (row["motif"], row["par"]) == ("urgent", "chef")
    assert "aucun-coordinateur" in row["avertissements"]
    again = await chef.post(path, form | read)
    assert again.headers["location"].endswith("fait=deja-enregistree")
    assert len(await open_world.told()) == 1
