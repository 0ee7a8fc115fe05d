"""A convocation changed on its page: a warning comes before the writing."""

import html
import re


async def test_changing_to_a_day_that_is_taken_is_warned_of_before_it_is_written(open_world):
    await open_world.chef.convoque(open_world.hlp, "100", dates=["2030-03-06"])
    created = (await open_world.chef.convoque(open_world.hg, "100", dates=["2030-03-05"])).json()["convocations"][0]
    chef, path = open_world.browser("chef"), f"/convocations/{created['convocation_id']}/modifier"
    form = {"action": "enregistrer", "version": "1", "dates": "2030-03-06"}
    asked = await chef.post(path, form)
    assert (asked.status_code, "Déjà convoqué ce jour-là" in asked.text) == (422, True)
    read = html.unescape(re.search(r'name="lus" value="([^"]+)"', asked.text)[1])
    done = await chef.post(path, form | {"lus": read, "motif": "d’accord avec la personne"})
    assert done.headers["location"].endswith("fait=modifiee")
    assert await open_world.pool.fetchval("SELECT motif FROM passage_outre") == "d’accord avec la personne"
    told = await open_world.chef.put(
        f"/api/convocations/{created['convocation_id']}",
        {"dates": ["2030-03-06"], "observation": "x"},
        **{"If-Match": '"2"'},
    )
    assert [one["type"] for one in told.json()["avertissements"]] == ["deja-convoque-ce-jour"]


async def test_a_symbol_that_the_paper_will_not_show_is_told_before_it_is_written(open_world):
    created = (await open_world.chef.convoque(open_world.hg, "100", dates=["2030-03-05"])).json()["convocations"][0]
    chef, path = open_world.browser("chef"), f"/convocations/{created['convocation_id']}/modifier"
    form = {"action": "enregistrer", "version": "1", "dates": "2030-03-05", "observation": "Bravo 🎓 汉 œ ≥"}
    asked = await chef.post(path, form)
    assert (asked.status_code, "ne seront pas sur la convocation imprimée" in asked.text) == (422, True)
    read = [html.unescape(one) for one in re.findall(r'name="lus" value="([^"]+)"', asked.text)]
    assert read == ["signes-non-imprimes|🎓", "signes-non-imprimes|汉"]
    assert (await chef.post(path, form | {"lus": read})).headers["location"].endswith("fait=modifiee")
    told = await open_world.chef.convoque(open_world.hg, "102", observation="🎓")
    assert "signes-non-imprimes" in {one["type"] for one in told.json()["avertissements"]}
