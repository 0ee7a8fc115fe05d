"""« Export de l’annuaire »: who may, what the file holds, and that an import of it changes nobody."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook

from convocation.annuaire.imports import commands as import_annuaire
from convocation.annuaire.imports.domain import COLONNES
from convocation.commun.tableur import XLSX
from testkit.actes import actes

LYON, AUTRE_LYON = "0699001J", "0699002K"
SAME = {"creees": 0, "modifiees": 0, "inchangees": 8, "erreurs": 0}
ABSENCES = [{"debut": "2020-03-05", "fin": "2020-03-06"}, {"debut": "2020-04-01", "fin": "2020-04-01"}]
TYPES = {"csv": "text/csv", "xlsx": XLSX}


async def taken(world, name, path, kind="csv"):
    answer = await getattr(world, name).get(f"/api/{path}/annuaire", format=kind)
    assert answer.status_code == 200, answer.text
    return answer.content


async def given_back(world, octets, kind, *, essai="false"):
    """The state of an import of these bytes, once the service has worked at it."""
    headers = world.gestionnaire._headers | {"Content-Type": TYPES[kind]}
    sent = await world.client.post(f"/api/academies/10/annuaire?essai={essai}", content=octets, headers=headers)
    assert sent.status_code == 202, sent.text
    assert await import_annuaire.work_at_import(world.pool, lambda: datetime.now(UTC))
    return (await world.gestionnaire.get(sent.json()["adresse"])).json()


def rows(octets, kind):
    if kind == "csv":
        return [tuple(row) for row in csv.reader(io.StringIO(octets.decode("utf-8-sig")), delimiter=";")]
    sheet = load_workbook(io.BytesIO(octets)).active
    return [tuple(cell or "" for cell in row) for row in sheet.iter_rows(values_only=True)]


@pytest.fixture
async def peopled(world):
    """Eight people of Lyon: one with everything that a gestionnaire enters, one inactive."""
    profils = ["professeur de philosophie", 'a|b "c"']
    await world.register(
        [
            world.fiche("0200", "’T HOOFT", "Zoé", profils=profils, stagiaire=True, indisponibilites=ABSENCES),
            world.fiche("201", "D'ARC", "Œ", uais_secondaires=[LYON], disciplines=["1000", "0202"], actif=False),
        ]
    )
    return world


@pytest.mark.parametrize("kind", TYPES)
async def test_r36_what_is_exported_reads_in_again_and_changes_nobody(peopled, kind):
    octets = await taken(peopled, "gestionnaire", "academies/10", kind)
    assert rows(octets, kind)[0] == tuple(one.nom for one in COLONNES)
    state = await given_back(peopled, octets, kind)
    assert state["erreurs"] == []
    assert {name: state["bilan"][name] for name in SAME} == SAME


async def test_a_column_that_a_file_lacks_stays_as_it_is_and_an_empty_one_is_emptied(peopled):
    table = rows(await taken(peopled, "gestionnaire", "academies/10"), "csv")
    short = "\r\n".join(";".join(row[:-3]) for row in table)
    assert (await given_back(peopled, short.encode(), "csv"))["bilan"]["inchangees"] == 8
    emptied = "\r\n".join(";".join((*row[:-1], row[-1] if number == 0 else "")) for number, row in enumerate(table))
    emptied = emptied.replace('a|b "c"', "x")
    state = await given_back(peopled, emptied.replace('professeur de philosophie|"x"', "x").encode(), "csv")
    assert (state["erreurs"], state["bilan"]["modifiees"]) == ([], 1)
    assert await peopled.pool.fetchval("SELECT count(*) FROM indisponibilite") == 0
    acte = (await actes(peopled.pool, objet="intervenant|0200"))[-1]
    assert acte.avant["indisponibilites"] == ABSENCES


async def test_the_chef_takes_out_the_people_of_the_own_etablissement_and_nobody_else(peopled):
    numbers = [row[0] for row in rows(await taken(peopled, "chef", f"etablissements/{LYON}"), "csv")[1:]]
    assert numbers == ["100", "101", "102", "103", "104", "201"]
    for name, path in (
        ("chef", f"etablissements/{AUTRE_LYON}"),
        ("gestionnaire_de_lille", f"etablissements/{LYON}"),
        ("gestionnaire_de_lille", "academies/10"),
    ):
        assert (await getattr(peopled, name).get(f"/api/{path}/annuaire")).status_code == 404
    assert (await peopled.chef.get("/api/academies/10/annuaire")).status_code == 403
    for name in ("delegue", "intervenant"):
        assert (await getattr(peopled, name).get(f"/api/etablissements/{LYON}/annuaire")).status_code == 403


async def test_the_page_gives_the_file_and_the_journal_says_who_took_it(peopled):
    browser = peopled.browser("chef")
    assert "Télécharger en XLSX" in (await browser.get("/intervenants/export")).text
    answer = await browser.post("/intervenants/export", {"code": LYON, "format": "xlsx"})
    assert answer.headers["content-disposition"] == f'attachment; filename="annuaire-{LYON}.xlsx"'
    assert len(rows(answer.content, "xlsx")) == 7
    acte = await peopled.pool.fetchrow(
        "SELECT par, objet, uai, apres FROM audit WHERE action = 'intervenants.exporter'"
    )
    assert (acte["par"], acte["objet"], acte["uai"]) == ("chef", f"annuaire|{LYON}", LYON)
    assert json.loads(acte["apres"]) == {"format": "xlsx", "personnes": 6}


async def test_a_format_that_is_none_is_refused_and_takes_nobody_out(peopled):
    for wanted in ("ods", ""):
        answer = await peopled.browser("chef").post("/intervenants/export", {"code": LYON, "format": wanted})
        assert (answer.status_code, "XLSX ou CSV" in answer.text) == (422, True)
    answer = await peopled.chef.get(f"/api/etablissements/{LYON}/annuaire", format="ods")
    assert answer.status_code == 422
    assert await peopled.pool.fetchval("SELECT count(*) FROM audit WHERE action = 'intervenants.exporter'") == 0


WRONG = {
    "profils": ("=1", "profil"),
    "indisponibilites": ("06/03/2020 au 05/03/2020", "05/03/2020 au 06/03/2020"),
    "stagiaire": ("peut-être", "oui"),
    "uai": ("699001J", "perdu son 0"),
}


@pytest.mark.parametrize("column", WRONG)
async def test_what_is_wrong_in_these_columns_is_told_by_line_and_column(world, column):
    value, phrase = WRONG[column]
    table = rows(await taken(world, "gestionnaire", "academies/10"), "csv")
    place = table[0].index(column)
    text = "\r\n".join(
        ";".join((*row[:place], value, *row[place + 1 :]) if number == 1 else row) for number, row in enumerate(table)
    )
    state = await given_back(world, text.encode(), "csv", essai="true")
    [fault] = state["erreurs"]
    assert (fault["ligne"], fault["colonne"]) == (2, column)
    assert phrase in fault["phrase"]


async def test_a_number_in_a_workbook_that_lost_its_zeros_is_told(world):
    await world.register([world.fiche("0200", "ZÉRO", "Zoé")])
    book = load_workbook(io.BytesIO(await taken(world, "gestionnaire", "academies/10", "xlsx")))
    cell = next(one for one in book.active["A"] if one.value == "0200")
    cell.value = 200
    file = io.BytesIO()
    book.save(file)
    state = await given_back(world, file.getvalue(), "xlsx", essai="true")
    told = [one["phrase"] for one in state["remarques"] if one["ligne"] == cell.row]
    assert any("format Texte" in one for one in told)
    assert any("avec des 0 devant" in one for one in told)
