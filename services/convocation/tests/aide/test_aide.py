"""« Aide »: a page a subject, from the page where one is; no picture or link of a page is missing."""

import re

import pytest

from convocation.cadre.domain import SUJETS, adresse_de_l_aide


@pytest.mark.parametrize("sujet", SUJETS)
async def test_each_subject_is_a_page_whose_pictures_exist_and_are_described(world, sujet):
    text = await world.browser("chef").text(f"/aide/{sujet}")
    assert f"<h1>{SUJETS[sujet].titre}</h1>" in text
    for source, words in re.findall(r'<figure[^>]*><img src="([^"]+)" alt="([^"]*)"', text):
        assert len(words) > 20
        answer = await world.client.get(source)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
        assert len(answer.content) < 150_000


async def test_en_attente_is_explained_as_the_first_page_uses_it(world):
    assert "ou autre chose vient d’abord" in await world.browser("chef").text("/aide/ce-qui-reste-a-faire")


async def test_each_page_leads_to_its_subject(world):
    for path, subject in (
        ("/", "ce-qui-reste-a-faire"),
        ("/missions", "convoquer-une-mission"),
        ("/missions/x/affectation", "convoquer-une-mission"),
        ("/missions-convoquees", "suivre-et-changer"),
        ("/convocations/x/empechement", "empechements"),
        ("/intervenants/import", "imports"),
    ):
        assert adresse_de_l_aide(path) == f"/aide/{subject}"
    assert adresse_de_l_aide("/mes-connexions") == "/aide"
    assert '<a href="/aide/signature">Aide</a>' in await world.browser("chef").text("/signature/0699001J")


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("chef", "Pour l’établissement"),
        ("intervenant", "Pour la personne convoquée"),
        ("gestionnaire", "Pour le gestionnaire IMAGIN"),
        ("administrateur", "Pour l’administrateur IMAGIN"),
    ],
)
async def test_ones_own_subjects_come_first_and_all_are_there(world, name, first):
    text = await world.browser(name).text("/aide")
    assert re.findall(r"<h2>([^<]+)</h2>", text)[0] == first
    assert set(re.findall(r'href="/aide/([^"]+)"', text)) == set(SUJETS)


async def test_an_unknown_subject_does_not_exist(world):
    assert (await world.browser("chef").get("/aide/rien")).status_code == 404
    assert (await world.browser("chef").get("/aide/sommaire")).status_code == 404
