"""« Documents de la session »: what a lycée takes out is what it may read, complete, in order, and under safe names."""

import io
import re
import subprocess
import zipfile

import pytest
import pytest_asyncio

from testkit.programs import find_program

LYON, DAY, LATER = "0699001J", "2030-03-05", "2030-03-09"
OF = f"/papiers/{LYON}"
FILES = [f"{OF}/{name}" for name in ("convocations.pdf", "convocations.zip", "convocations.xlsx", "emargement.pdf")]


@pytest_asyncio.fixture
async def convoked(open_world):
    """HG: 101, 100; HLP: 102 on two days, 103 cancelled; numérisation: 104. Ids by mission and number."""
    chef = open_world.chef
    for mission, numeros, days in (
        (open_world.hlp, ("102", "103"), [LATER, DAY]),
        (open_world.hg, ("101", "100"), [LATER]),
        (open_world.numerisation, ("104",), [DAY]),
    ):
        assert (await chef.convoque(mission, *numeros, dates=days, observation="=1+1")).status_code == 201
    rows = await open_world.pool.fetch("SELECT convocation_id, numero FROM convocation")
    ids = {row["numero"]: str(row["convocation_id"]) for row in rows}
    await chef.post(f"/api/convocations/{ids['103']}/annulation", {"motif": "Malade"}, **{"If-Match": '"1"'})
    return ids


def sheets(pdf):
    """Each page as one line."""
    command = [find_program("pdftotext", "poppler-utils"), "-layout", "-enc", "UTF-8", "-", "-"]
    text = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
    return [" ".join(page.replace("\u200b", "").split()) for page in text.split("\f")[:-1]]


def lines(workbook):
    """Texts of each line; a formula is none."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    return [re.findall(r"<t[^>]*>([^<]*)</t>|<t/>", row) for row in re.findall(r"<row .*?</row>", sheet)]


async def taken(browser, path):
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert answer.headers["content-disposition"].isascii()
    return answer.content


async def test_all_convocations_of_a_lycee_are_one_file_by_mission_and_then_by_name(open_world, convoked):
    pages = sheets(await taken(open_world.browser("chef"), f"{OF}/convocations.pdf"))
    names = [re.search(r"Mme (.+?) Numéro d’intervenant : (\d+)", page)[2] for page in pages]
    assert names == ["100", "101", "102", "104"]
    assert all("Vous êtes convoquée" in page for page in pages)


async def test_the_zip_holds_the_kept_document_of_each_convocation_under_a_plain_name(open_world, convoked):
    browser = open_world.browser("chef")
    with zipfile.ZipFile(io.BytesIO(await taken(browser, f"{OF}/convocations.zip"))) as packed:
        found = {name: packed.read(name) for name in packed.namelist()}
    assert list(found) == [
        "BOEUF_Elodie_Histoire-geographie-voie-generale.pdf",
        "DE-LA-TOUR_Jean-Noel_Histoire-geographie-voie-generale.pdf",
        "LEFEVRE_Anne_Humanites-litterature-et-philosophie-voie-generale.pdf",
        "DUPONT-MARTEL_Zoe_Numerisation-de-copies.pdf",
    ]
    alone = await taken(browser, f"/convocations/{convoked['100']}/convocation.pdf")
    assert found["BOEUF_Elodie_Histoire-geographie-voie-generale.pdf"] == alone
    assert len(set(found.values())) == 4


async def test_the_table_tells_all_cancelled_ones_too_and_holds_no_formula(open_world, convoked):
    person = open_world.browser("intervenant")
    await person.post(f"/convocations/{convoked['100']}/prise-de-connaissance", data={"version": "1"})
    table = lines(await taken(open_world.browser("chef"), f"{OF}/convocations.xlsx"))
    assert table[0] == [
        *("Mission", "Voie", "Nom", "Prénom", "Numéro"),
        *("Qualité", "Dates", "Observation", "État", "Lu le"),
    ]
    assert [line[4] for line in table[1:]] == ["100", "101", "102", "103", "104"]
    first, cancelled = table[1], table[4]
    assert first[:4] == ["Histoire-géographie", "Générale", "BŒUF", "Élodie"]
    assert first[6:9] == ["09/03/2030", "=1+1", "Convoqué"]
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d", first[9])
    assert (cancelled[8], table[3][6]) == ("Annulée", "05/03/2030, 09/03/2030")


async def test_a_list_to_sign_has_a_sheet_for_each_mission_and_day_and_nobody_who_is_cancelled(open_world, convoked):
    await open_world.chef.convoque(open_world.hlp, "105", dates=[DAY])
    pages = sheets(await taken(open_world.browser("chef"), f"{OF}/emargement.pdf"))
    assert len(pages) == 4
    hg, hlp, hlp_later, numerisation = pages
    assert "Histoire-géographie – voie générale samedi 9 mars 2030" in hg
    assert hg.index("BŒUF Élodie") < hg.index("DE LA TOUR Jean-Noël")
    assert "mardi 5 mars 2030" in hlp
    assert "samedi 9 mars 2030" in hlp_later
    assert ["DUPONT Inès" in page for page in pages] == [False, True, False, False]
    assert all("LEFÈVRE Anne" in page and "N’DIAYE" not in page for page in (hlp, hlp_later))
    assert "DUPONT-MARTEL Zoé Numérisation" in numerisation
    for page in pages:
        assert "Arrivée Départ Signature" in page
        assert "Page 1 sur 1" in page
    [alone] = sheets(await taken(open_world.browser("chef"), f"/missions/{open_world.hg}/emargement.pdf"))
    assert alone.partition("imprimé")[0] == hg.partition("imprimé")[0]


async def test_a_list_is_not_of_whoever_was_cancelled_alone(open_world, convoked):
    await open_world.chef.post(f"/api/convocations/{convoked['102']}/annulation", {"motif": "x"}, **{"If-Match": '"1"'})
    answer = await open_world.browser("chef").get(f"/missions/{open_world.hlp}/emargement.pdf")
    assert answer.status_code == 404
    assert "Personne n’est convoqué" in answer.text


@pytest.mark.parametrize("path", FILES)
async def test_papers_are_those_of_what_one_may_read(open_world, convoked, path):
    for name in ("chef", "delegue", "delegue_consultation", "gestionnaire", "administrateur"):
        await taken(open_world.browser(name), path)
    for name, status in (("autre_chef", 404), ("gestionnaire_de_lille", 404), ("intervenant", 403)):
        answer = await open_world.browser(name).get(path)
        assert (answer.status_code, "BŒUF" in answer.text) == (status, False)


async def test_a_delegue_a_la_numerisation_takes_the_papers_of_his_missions_alone(open_world, convoked):
    browser = open_world.browser("delegue_numerisation")
    assert ["104" in page for page in sheets(await taken(browser, f"{OF}/convocations.pdf"))] == [True]
    with zipfile.ZipFile(io.BytesIO(await taken(browser, f"{OF}/convocations.zip"))) as packed:
        assert packed.namelist() == ["DUPONT-MARTEL_Zoe_Numerisation-de-copies.pdf"]
    assert [line[4] for line in lines(await taken(browser, f"{OF}/convocations.xlsx"))[1:]] == ["104"]
    assert len(sheets(await taken(browser, f"{OF}/emargement.pdf"))) == 1
    await taken(browser, f"/missions/{open_world.numerisation}/emargement.pdf")
    assert (await browser.get(f"/missions/{open_world.hg}/emargement.pdf")).status_code == 403
    assert "emargement.pdf" not in await browser.text(f"/missions/{open_world.hg}")
    assert "emargement.pdf" in await browser.text(f"/missions/{open_world.numerisation}")


async def test_papers_are_found_where_the_convocations_are(open_world, convoked):
    browser = open_world.browser("chef")
    followed = await browser.text(f"/suivi/{LYON}")
    assert [path for path in FILES if f'href="{path}"' not in followed] == []
    assert f'href="{OF}"' in await browser.text("/missions-convoquees")
    assert f'href="/missions/{open_world.hg}/emargement.pdf"' in await browser.text(f"/missions/{open_world.hg}")
    assert (await browser.get("/papiers")).headers["location"] == OF
    page = await browser.text(OF)
    assert "4 convocations de 3 missions" in page
    await open_world.tell_of_session("2021-E3C1")
    assert "Personne n’est encore convoqué pour cette session" in await browser.text(f"{OF}?session=2021-E3C1")
    assert f'href="{OF}/convocations.zip?session=2020-E3C1"' in await browser.text(f"{OF}?session=2020-E3C1")


async def test_a_session_without_anybody_and_one_with_too_many_have_no_file(open_world, convoked, monkeypatch):
    monkeypatch.setattr("convocation.papiers.pages.LE_PLUS", 4)
    for path in FILES:
        answer = await open_world.browser("chef").get(path)
        assert answer.status_code == 422
        assert "mission par mission" in answer.text
    for path in FILES:
        assert (await open_world.browser("autre_chef").get(path.replace(LYON, "0699002K"))).status_code == 404
