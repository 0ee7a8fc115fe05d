"""Sign-in for development, and signing out."""

import contextlib

import pytest
from pydantic import ValidationError

from convocation.settings import Settings

KEY = "key-of-the-tests-" * 3
LYON = "0699001J"
HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


async def test_who_is_not_signed_in_is_sent_to_the_sign_in_and_back(world):
    answer = await world.client.get("/missions", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion?suite=/missions")


@pytest.mark.parametrize(
    ("page", "suite"),
    [
        ("http://imagin.test/preparation/0699001J?session=x", "/preparation/0699001J"),
        ("http://imagin.test//ailleurs.example/x", "/"),
        ("http://[", "/"),
    ],
)
async def test_what_the_script_of_a_page_asks_leads_back_to_that_page(world, page, suite):
    headers = HTML | {"HX-Request": "true", "HX-Current-URL": page}
    answer = await world.client.post("/preparation/0699001J", headers=headers)
    assert answer.headers["location"] == f"/connexion?suite={suite}"


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


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({}, False),
        ({"public_url": "http://127.0.0.1:8000"}, False),
        ({"public_url": "https://localhost"}, True),
        ({"public_url": "http://imagin.ac-exemple.invalid"}, True),
        ({"http_host": "0.0.0.0"}, True),
    ],
    ids=str,
)
def test_a_start_with_the_sign_in_for_development_is_refused_where_others_could_use_it(more, refused, keys):
    given = {"database_url": "postgresql://x", "kafka_bootstrap": "x:1", "token_key": KEY, **keys, **more}
    Settings(**given)
    with pytest.raises(ValidationError, match="DEVELOPMENT_SIGN_IN") if refused else contextlib.nullcontext():
        Settings(**given, development_sign_in=True)


async def test_another_site_signs_nobody_in_or_out(world):
    world.settings.development_sign_in = True
    form = {"role": "administrateur", "code": ""}
    for path in ("/connexion/developpement", "/deconnexion"):
        answer = await world.client.post(path, data=form, headers=HTML | {"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403, path
