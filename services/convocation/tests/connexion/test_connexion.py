"""Sign-in for development, and signing out."""

import pytest

LYON = "0699001J"
HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


async def test_who_is_not_signed_in_is_sent_to_the_sign_in_and_back(world):
    answer = await world.client.get("/missions", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion?suite=/missions")


async def test_the_sign_in_for_development_is_off_unless_a_setting_switches_it_on(world):
    assert "portail" in (await world.client.get("/connexion", headers=HTML)).text
    link = f"/connexion/developpement?role=chef&code={LYON}"
    assert (await world.client.get(link, headers=HTML)).status_code == 404
    world.settings.development_sign_in = True
    signed_in = await world.client.get(link, headers=HTML)
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/")
    cookie = signed_in.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    world.client.cookies.clear()


@pytest.mark.parametrize("suite", ["//ailleurs.example", "https://ailleurs.example", "/\\ailleurs.example"])
async def test_the_sign_in_never_leads_to_another_host(world, suite):
    world.settings.development_sign_in = True
    form = {"role": "administrateur", "code": "", "suite": suite}
    answer = await world.client.post("/connexion/developpement", data=form, headers=HTML)
    assert answer.headers["location"] == "/"
    world.client.cookies.clear()


async def test_another_site_signs_nobody_in_or_out(world):
    world.settings.development_sign_in = True
    form = {"role": "administrateur", "code": ""}
    for path in ("/connexion/developpement", "/deconnexion"):
        answer = await world.client.post(path, data=form, headers=HTML | {"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403, path
