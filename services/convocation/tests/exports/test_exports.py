"""« Export des convocations »: who may, what the file holds, and that it is written in little memory."""

import csv
import io
import json
import tracemalloc
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook

from acces.acteur import Role
from convocation.commun.tableur import Format, spooled
from convocation.exports.presenters import COLONNES

LYON, SESSION = "0699001J", "2020-E3C1"
NOW = datetime(2027, 1, 15, tzinfo=UTC)
ACTEURS = {"gestionnaire": 200, "gestionnaire_de_lille": 404, "administrateur": 200} | dict.fromkeys(
    ("chef", "delegue", "intervenant", "notifier", "santorin"), 403
)


async def taken(acteur, kind="csv", academie="10", session=SESSION):
    return await acteur.get(f"/api/academies/{academie}/convocations", session=session, format=kind)


def rows(octets, kind):
    if kind == "csv":
        return [list(row) for row in csv.reader(io.StringIO(octets.decode("utf-8-sig")), delimiter=";")]
    sheet = load_workbook(io.BytesIO(octets)).active
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.fixture
async def convoked(open_world):
    world = open_world
    made = (await world.chef.convoque(world.hg, "100", "101", qualite="COORDINATEUR")).json()["convocations"]
    assert (await world.autre_chef.convoque((await other(world)), "105")).status_code == 201
    path = f"/api/convocations/{made[1]['convocation_id']}/annulation"
    assert (await world.chef.post(path, {"motif": "x"}, **{"If-Match": '"1"'})).status_code == 200
    await world.pool.execute("INSERT INTO prise_de_connaissance VALUES ($1, 1, $2)", made[0]["convocation_id"], NOW)
    signature = {"nom": "CHEF", "prenom": "Camille", "qualite": "Proviseure"}
    assert (await world.chef.put(f"/api/etablissements/{LYON}/signature", signature)).status_code == 200
    return world


async def other(world):
    return str(await world.pool.fetchval("SELECT mission_id FROM mission WHERE uai = '0699002K'"))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_each_convocation_of_the_academie_is_a_line_with_state_reading_and_signature(convoked, kind):
    answer = await taken(convoked.gestionnaire, kind)
    assert answer.status_code == 200, answer.text
    head, *lines = rows(answer.content, kind)
    assert head == list(COLONNES)
    names = ("UAI", "Numéro", "Qualité", "État", "Version", "Lue le", "Signature renseignée")
    assert [[line[head.index(name)] for name in names] for line in lines] == [
        [LYON, "100", "Coordinateur", "Convoquée", "1", "15/01/2027 01:00", "Oui"],
        [LYON, "101", "Coordinateur", "Annulée", "2", "", "Oui"],
        ["0699002K", "105", "Correcteur Santorin", "Convoquée", "1", "", "Non"],
    ]
    assert answer.headers["content-disposition"] == f'attachment; filename="convocations-10-{SESSION}.{kind}"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    [act] = await convoked.pool.fetch("SELECT * FROM audit WHERE action = 'convocation.exporter'")
    assert (act["par"], act["academie"]) == ("gest", "10")
    assert json.loads(act["apres"]) == {"session": SESSION, "convocations": 3, "format": kind}


@pytest.mark.parametrize("name", ACTEURS)
async def test_who_takes_the_convocations_of_an_academie_out(convoked, name):
    assert (await taken(getattr(convoked, name))).status_code == ACTEURS[name]
    posted = await convoked.browser(name).post("/exports", {"academie": "10", "session": SESSION, "format": "csv"})
    assert posted.status_code == ACTEURS[name]
    page = await convoked.browser(name).get("/exports")
    assert page.status_code == (403 if ACTEURS[name] == 403 else 200)


async def test_who_has_several_academies_chooses_and_takes_one(convoked):
    siec = convoked.acteur("siec", Role.GESTIONNAIRE, academies=["09", "10"])
    page = (await convoked.browser(siec).get("/exports")).text
    assert page.count('<option value="09"') == page.count('<option value="10"') == 1
    assert '<option value="01"' not in page
    assert len(rows((await taken(siec, academie="09")).content, "csv")) == 1


async def test_no_text_is_a_formula_and_an_unknown_session_or_academie_is_none(convoked):
    await convoked.pool.execute("UPDATE intervenant SET prenom = '=1+1' WHERE numero = '100'")
    assert "'=1+1" in (await taken(convoked.gestionnaire)).text
    sheet = load_workbook(io.BytesIO((await taken(convoked.gestionnaire, "xlsx")).content)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert (await taken(convoked.gestionnaire, session="2031-E3C1")).status_code == 404
    assert (await taken(convoked.administrateur, academie="77")).status_code == 404


@pytest.mark.parametrize("kind", list(Format))
async def test_ten_times_the_lines_take_no_more_memory(kind):
    async def lines(count):
        for number in range(count):
            yield [f"{number} {'x' * 60}" for _ in range(10)]

    async def peak(count):
        tracemalloc.start()
        file, made = await spooled(kind, "T", ["c"] * 10, lines(count), NOW)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        file.close()
        assert made == count
        return most

    few, many = await peak(2_500), await peak(25_000)
    assert many < few * 1.5
