"""« Mes données »: what is kept of oneself, and of nobody else (0061)."""

import json

import pytest

PATH = "/mes-missions/donnees"


@pytest.fixture
async def convoked(open_world):
    """100 and 101 are convoked; 100 has said that she cannot come."""
    made = await open_world.chef.convoque(open_world.hg, "100", "101")
    assert made.status_code == 201
    id_ = await open_world.pool.fetchval("SELECT convocation_id FROM convocation WHERE numero = '100'")
    answer = await open_world.browser("intervenant").post(
        f"/convocations/{id_}/empechement", {"version": "1", "motif": "Opération du genou"}
    )
    assert answer.status_code == 303, answer.text
    return open_world


async def test_a_person_sees_how_much_of_what_is_kept_and_takes_all_of_it_along(convoked):
    browser = convoked.browser("intervenant")
    assert 'href="/mes-missions/donnees"' in await browser.text("/mes-missions")
    text = await browser.text(PATH)
    for said in (
        "Fiche de l’annuaire",
        "Convocations",
        "Empêchements",
        "760 jours",
        'href="/mes-missions/donnees.pdf"',
    ):
        assert said in text, said
    answer = await browser.get(f"{PATH}.json")
    assert answer.headers["content-disposition"] == 'attachment; filename="mes-donnees.json"'
    assert answer.headers["cache-control"] == "no-store"
    kept = json.loads(answer.content)["convocation"]
    assert [row["numero"] for row in kept["intervenant"]] == ["100"]
    assert [row["motif"] for row in kept["empechement"]] == ["Opération du genou"]
    assert [act["action"] for act in kept["audit"]] == ["empechement.signaler"]
    assert kept["entree"]
    assert [row for row in kept["entree"] if {"id_token", "empreinte"} & row.keys()] == []
    pdf = await browser.get(f"{PATH}.pdf")
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")


async def test_nothing_of_somebody_else_is_in_it(convoked):
    text = (await convoked.browser("intervenant").get(f"{PATH}.json")).text
    for other in ("101@", "DE LA TOUR", '"101"'):
        assert other not in text


@pytest.mark.parametrize("name", ["chef", "delegue", "gestionnaire", "administrateur"])
@pytest.mark.parametrize("ext", ["", ".json", ".pdf"])
async def test_nobody_but_an_intervenant_has_such_a_page(open_world, name, ext):
    assert (await open_world.browser(name).get(f"{PATH}{ext}")).status_code == 403
