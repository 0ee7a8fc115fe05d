"""Wherever a page sends an établissement to the gestionnaire, it says who that is (R36, R54)."""

import pytest

CONTACT = {"nom": "Dominique EXEMPLE", "courriel": "g@ac-exemple.invalid", "telephone": "0400", "horaires": "9 h"}


@pytest.fixture
async def pages(open_world):
    """Each page that names the gestionnaire, with what makes it do so."""
    made = (await open_world.chef.convoque(open_world.hg, "100", "101")).json()["convocations"]
    await open_world.answered(made[0]["convocation_id"], "REJETEE")
    await open_world.mailed(made[1]["convocation_id"], "ECHOUEE")
    one = f"/convocations/{made[1]['convocation_id']}"
    return ["/missions", f"/missions/{open_world.hg}", one, "/demandes"]


async def test_the_contact_of_the_academie_stands_wherever_the_gestionnaire_is_named(open_world, pages):
    chef = open_world.browser("chef")
    for path in pages:
        text = await chef.text(path)
        assert "gestionnaire IMAGIN" in text, path
        assert CONTACT["nom"] not in text
    assert (await open_world.gestionnaire.put("/api/academies/10/contact", CONTACT)).status_code == 200
    for path in pages:
        text = await chef.text(path)
        assert 'Dominique EXEMPLE, <a class="fr-link" href="mailto:g@ac-exemple.invalid">' in text, path
        assert "0400 (9 h)" in text, path
