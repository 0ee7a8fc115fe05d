"""Lists on paper: no menu, form or button, a table with its head on each sheet, and of when and which session it is."""

import re

import pytest
import pytest_asyncio

from acces.acteur import Role
from imagin_dev.demo import scenario

FOR_THE_SCREEN = (
    "Filtrer",
    "Chercher",
    "Se déconnecter",
    "Centre Examen",
    "Mes connexions",
    "Choix",
    "Actions",
    "cochée",
    "Doublons",
)
LISTS = {
    "missions": (Role.CHEF, "/missions", ("Épreuve", "État")),
    "missions-convoquees": (Role.CHEF, "/missions-convoquees", ("Épreuve", "État")),
    "intervenants": (Role.CHEF, "{mission}", ("Intervenant", "Qualité", "Suivi")),
    "suivi": (Role.CHEF, "/suivi/{uai}", ("Intervenant", "Mission", "Lecture")),
    "couverture": (Role.CHEF, "/couverture", ("Manque", "Missions")),
    "demandes": (Role.CHEF, "/demandes", ("Personne", "Demandée le")),
    "annuaire": (Role.GESTIONNAIRE, "/intervenants", ("Personne", "Établissement", "Profils")),
    "demandes-a-traiter": (Role.GESTIONNAIRE, "/demandes", ("Personne", "Établissement", "Réponse")),
}
WITHOUT_SESSION = {"annuaire", "demandes", "demandes-a-traiter"}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def lycee(product, acteur_of):
    """Forty people are convoked in it."""
    lycee = product.etablissement()
    numeros = [one.numero for one in product.people.by_academie["10"]][:40]
    async with scenario.client(product.stack) as http:
        api = product.api(http, acteur_of(Role.CHEF, lycee))
        body = {"intervenants": numeros, "dates": [product.soon]}
        await api.post(f"/api{lycee.mission('HG')}/convocations", body, key="impression")
    return lycee


@pytest.fixture
def printed(pdf_text, tmp_path):
    """`sheets = await printed(page)`: what stands on each."""

    async def read(page, *, portrait=False):
        file = tmp_path / "page.pdf"
        await page.pdf(path=file, format="A5", prefer_css_page_size=not portrait)
        return [" ".join(sheet.split()) for sheet in (await pdf_text(file)).split("\f") if sheet.strip()]

    return read


async def ask_for_somebody(page):
    await page.goto("/demandes")
    await page.get_by_label("Nom", exact=True).fill("DEMANDEE")
    await page.get_by_label("Prénom", exact=True).fill("Camille")
    await page.get_by_role("button", name="Demander la création").click()
    await page.get_by_role("rowheader", name="DEMANDEE").first.wait_for()


@pytest.mark.parametrize("name", LISTS)
async def test_each_list_prints_as_a_table_without_what_is_for_the_screen(person, lycee, printed, name):
    role, path, head = LISTS[name]
    if "demandes" in name:
        await ask_for_somebody(await person(Role.CHEF, lycee))
    page = await person(role, lycee, script=False, width=360)
    await page.goto(path.format(uai=lycee.uai, mission=lycee.mission("HG")))
    sheets = await printed(page)
    text = " ".join(sheets)
    assert [word for word in FOR_THE_SCREEN if re.search(rf"\b{word}\b", text)] == []
    with_table = [sheet for sheet in sheets if all(word in sheet for word in head)]
    assert len(with_table) >= (2 if name in {"intervenants", "suivi", "annuaire"} else 1)
    assert re.search(r"Imprimé le \w+ \d+", sheets[0])
    assert ("Session 2020-E3C1" in sheets[0]) == (name not in WITHOUT_SESSION)
    assert ("LYCEE FICTIF" if role is Role.CHEF else "Gestionnaire IMAGIN") in sheets[0]
    assert f"Page 1 sur {len(sheets)}" in sheets[0]


async def test_a_sheet_in_portrait_is_no_telephone(person, lycee, printed):
    page = await person(Role.CHEF, lycee)
    await page.goto(f"/suivi/{lycee.uai}")
    sheets = await printed(page, portrait=True)
    assert all(re.search("Intervenant Mission Qualité Date de mission", sheet) for sheet in sheets)
    assert "Qualité Correcteur" not in " ".join(sheets)  # as a card repeats it


async def test_what_is_for_paper_alone_is_not_on_the_screen(person, lycee, no_violation):
    page = await person(Role.CHEF, lycee)
    for path in (lycee.mission("HG"), f"/suivi/{lycee.uai}", f"/papiers/{lycee.uai}"):
        await page.goto(path)
        assert await page.get_by_text("Imprimé le").is_hidden()
        await no_violation(page)


async def test_the_papers_of_a_lycee_are_taken_from_the_page_that_follows_it(person, lycee, pdf_text, tmp_path):
    page = await person(Role.CHEF, lycee, script=False)
    await page.goto("/missions-convoquees")
    await page.get_by_role("link", name="Documents de la session").click()
    for link, ending in (
        ("Toutes les convocations (PDF)", ".pdf"),
        ("Un fichier par convocation (ZIP)", ".zip"),
        ("Tableau des convocations (Excel)", ".xlsx"),
        ("Feuilles d’émargement (PDF)", ".pdf"),
    ):
        async with page.expect_download() as taken:
            await page.get_by_role("link", name=link).click()
        download = await taken.value
        assert download.suggested_filename.endswith(ending)
        await download.save_as(tmp_path / f"dernier{ending}")
    sheets = (await pdf_text(tmp_path / "dernier.pdf")).split("\f")[:-1]
    assert len(sheets) > 2  # forty people, a dozen on a sheet
    assert all("Signature" in sheet for sheet in sheets)
    assert [f"Page {n} sur {len(sheets)}" in sheet for n, sheet in enumerate(sheets, 1)] == [True] * len(sheets)
