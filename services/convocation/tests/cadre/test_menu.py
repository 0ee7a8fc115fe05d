"""The menu of each role: it leads to pages that open, and what it does not show is refused."""

import re

import pytest

MISSIONS = ["/", "/missions", "/missions-convoquees", "/couverture", "/avancement"]
FOLLOWED = [*MISSIONS[:3], "/suivi", "/couverture", "/interventions"]
SESSION = ["/preparation", "/suivi", "/couverture", "/interventions"]
SHOWN = {
    "chef": [*MISSIONS[:3], "/signature", *SESSION, "/delegations", "/intervenants/export", "/demandes"],
    "delegue": [*MISSIONS[:3], "/signature", *SESSION, "/demandes"],
    "delegue_numerisation": [*MISSIONS[:3], *SESSION, "/demandes"],
    "delegue_consultation": FOLLOWED,
    "pour_etablissement": [*MISSIONS[:3], *SESSION],
    "gestionnaire": [
        *MISSIONS,
        "/rappels",
        "/interventions",
        "/intervenants",
        "/intervenants/import",
        "/intervenants/export",
        "/exports",
        "/demandes",
        "/exigences",
        "/contact",
        "/sessions",
        "/journal",
    ],
    "administrateur": [
        *MISSIONS,
        "/rappels",
        "/interventions",
        "/intervenants",
        "/intervenants/import",
        "/intervenants/export",
        "/exports",
        "/demandes",
        "/exigences",
        "/contact",
        "/sessions",
        "/ouvertures",
        "/comptes",
        "/journal",
    ],
    "intervenant": ["/mes-missions"],
}
ALL = {url for urls in SHOWN.values() for url in urls}
NOT_OFFERED = {("gestionnaire", "/signature"), ("administrateur", "/signature"), ("intervenant", "/")}
"""Who reads signatures has no établissement: the page would list none. An intervenant's « / » is « Mes missions »."""


async def followed(browser, path):
    answer = await browser.get(path)
    return await browser.get(answer.headers["location"]) if answer.status_code == 303 else answer


async def entries(browser):
    home = await followed(browser, "/")
    [nav] = re.findall(r'<nav class="fr-nav".*?</nav>', home.text, re.DOTALL)
    return re.findall(r'<a [^>]*href="([^"]+)"', nav)


@pytest.mark.parametrize("name", SHOWN)
async def test_each_entry_that_a_role_sees_opens_and_each_other_one_is_refused(open_world, name):
    browser = open_world.browser(name)
    assert await entries(browser) == SHOWN[name]
    answers = {url: (await followed(browser, url)).status_code for url in ALL}
    offered = {url for url in ALL if url in SHOWN[name] or (name, url) in NOT_OFFERED}
    assert answers == {url: 200 if url in offered else 403 for url in ALL}


@pytest.mark.parametrize("name", ["notifier", "santorin"])
async def test_a_program_finds_no_page(open_world, name):
    browser = open_world.browser(name)
    assert {url: (await followed(browser, url)).status_code for url in ALL} == dict.fromkeys(ALL, 403)
