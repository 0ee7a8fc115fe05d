"""To the provider and back: who may start, what an answer counts for, and where it leads."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

import pytest

FROM_ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Referer": "http://imagin.test/connexion"},
    {"Referer": "http://ailleurs.example/"},
    {"Referer": "http://imagin.test.ailleurs.example/connexion"},
    {"Referer": "http://["},
    {},
]
FROM_HERE = [
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Referer": "http://imagin.test/connexion?suite=/"},
]
ELSEWHERE = [
    "//a.example",
    "/\\a.example",
    "\\\\a.example",
    "https://a.example",
    "/\t/a.example",
    "/\r\nX: y",
    "javascript:x",
]


@pytest.mark.parametrize("headers", FROM_ELSEWHERE, ids=str)
async def test_a_link_of_another_site_signs_nobody_in_without_a_click(portail, headers):
    url = "/connexion/fim?suite=/missions%3Fa=b%26c"
    answer = await portail.client.get(url, headers={"Accept": "text/html"} | headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion?suite=/missions%3Fa%3Db%26c")
    assert "imagin_depart" not in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize("headers", FROM_HERE, ids=str)
async def test_a_link_of_ours_and_a_bookmark_lead_to_the_portal(portail, headers):
    answer = await portail.client.get("/connexion/fim", headers={"Accept": "text/html"} | headers)
    assert answer.headers["location"].startswith(f"{portail.issuer.url}/authorize")


async def test_an_answer_counts_once_for_the_browser_that_asked_and_not_for_ever(portail, world):
    url = await portail.leave()
    given = portail.back(url)
    mine = dict(portail.client.cookies)
    portail.client.cookies.clear()
    assert (await portail.come_back(given)).status_code == 403, "another browser"
    portail.client.cookies.update(mine)
    for state in ("autre", "", given["state"][:-1], given["state"] + "x"):
        assert (await portail.come_back(given | {"state": state})).status_code == 403
    assert (await portail.come_back(given)).status_code == 403, "an attempt with the cookie has used it"
    given = portail.back(await portail.leave())
    assert (await portail.come_back(given)).status_code == 303
    assert (await portail.come_back(given)).status_code == 403, "twice"
    given = portail.back(await portail.leave())
    state = world.app.state.application
    world.app.state.application = replace(state, clock=lambda: datetime.now(UTC) + timedelta(minutes=11))
    assert (await portail.come_back(given)).status_code == 403, "too late"


async def test_two_windows_that_go_to_the_portal_at_once_are_both_signed_in(portail):
    one, two = [portail.back(await portail.leave(suite)) for suite in ("/signature", "/missions")]
    assert (await portail.come_back(one)).headers["location"] == "/signature"
    assert (await portail.come_back({"state": "autre", "code": "x"})).status_code == 403, "ends no other"
    assert (await portail.come_back(two)).headers["location"] == "/missions"
    assert await portail.moi() != 401


@pytest.mark.parametrize("suite", ELSEWHERE)
async def test_signing_in_never_leads_to_another_host(portail, suite):
    """Browsers take a backslash for a slash, and drop tabs and line ends of an address."""
    answer = await portail.sign_in(suite=suite)
    followed = re.sub(r"[\t\r\n]", "", answer.headers["location"]).replace("\\", "/")
    assert (urljoin("http://imagin.test/connexion", followed).split("/")[2], "x" in answer.headers) == (
        "imagin.test",
        False,
    )
