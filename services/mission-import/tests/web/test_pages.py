"""The rectorat's pages on imports, as a browser asks for them."""

import re

SESSION, LYON, AUTRE, LILLE = "2020-E3C1", "0699001J", "0699002K", "0599001N"


def words(answer):
    """The text of a page, its spaces one kind."""
    main = answer.text.split("<main", 1)[-1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("&nbsp;", " ").replace("&#39;", "'")


async def test_the_list_says_what_came_when_and_what_became_of_it(world):
    await world.receive(world.closing(LYON, 1, HG=30, HLP=12))
    page = await world.page("lyon", "/imports")
    assert page.status_code == 200
    text = words(page)
    assert "1 clôture reçue" in text
    assert f"LYCEE {LYON}" in text
    assert "Révision 1" in text
    assert "3 créées" in text
    assert "Appliquée" in text


async def test_who_is_not_signed_in_is_told_where_to_and_a_chef_is_refused(world):
    answer = await world.page(None, "/imports")
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion")
    assert "http://convocation.test/connexion" in (await world.page(None, "/connexion")).text
    assert (await world.page("chef", "/imports")).status_code == 403
    assert (await world.page("lyon", "/accessibilite")).headers["location"] == "http://convocation.test/accessibilite"


async def test_signing_out_ends_the_session_of_both_services(world):
    answer = await world.page("lyon", "/deconnexion", {})
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion")
    assert 'imagin_session=""' in answer.headers["set-cookie"]
    assert "Path=/" in answer.headers["set-cookie"]


async def test_the_menu_leads_to_convocation_and_lille_sees_nothing_of_lyon(world):
    await world.receive(world.closing(LYON, 1, HG=30))
    page = await world.page("lille", "/imports")
    assert 'href="http://convocation.test/"' in page.text
    assert LYON not in page.text
    assert LYON in (await world.page("admin", "/imports")).text
