"""The list of missions as a page: before the opening, filtered, sorted, paged, searched."""

import re


async def test_before_the_opening_the_list_says_so_and_why(world):
    page = await world.browser("chef").get("/missions")
    assert "Aucune mission n’est ouverte à la convocation" in page.text
    assert "l’administrateur IMAGIN l’ouvre" in page.text


async def test_r19_and_r23_the_list_is_filtered_sorted_paged_and_searched(open_world):
    await open_world.chef.convoque(open_world.hlp, "102")
    admin = open_world.browser("administrateur")

    async def rows(query):
        page = await admin.get(f"/missions?{query}")
        assert page.status_code == 200
        return re.findall(r'href="/missions/[0-9a-f-]{36}">([^<]+)</a>', page.text)

    assert len(await rows("")) == 5
    assert await rows("type=NUMERISATION") == ["Numérisation de copies"]
    assert await rows("etat=profil-manquant") == ["Humanités, littérature et philosophie"]
    assert len(await rows("etat=a-convoquer")) == 4
    assert await rows("q=humanites+philosophie") == ["Humanités, littérature et philosophie"]
    assert len(await rows("q=GEOGRAPHIE+0699")) == 2
    assert await rows("q=introuvable") == []
    assert (await rows("tri=convoques"))[0] == "Humanités, littérature et philosophie"
    assert await rows("page=2") == []
    assert len(await rows("session=2020-E3C2")) == 0
    consulted = await admin.get("/missions-convoquees")
    assert "profil manquant".lower() in consulted.text.lower()
    assert consulted.text.count('scope="row"') == 1
