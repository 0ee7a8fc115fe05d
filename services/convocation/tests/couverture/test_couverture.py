"""The coverage: each kind of gap is found where it is and nowhere else; nobody sees another académie's figures."""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime
from time import perf_counter
from uuid import UUID, uuid5

from convocation.commun.tableur import csv_bytes, xlsx_bytes
from convocation.couverture import sql as couverture
from convocation.couverture.domain import Regroupement
from convocation.listes.domain import Manque

SESSION, LYON, LILLE = "2020-E3C1", "0699001J", "0599001F"
_FORMULES = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]
# What each mission has, so that it lacks one thing only: (qualités, profil, need, signed, acces, mail, status).
_PLANTED = {
    Manque.SANS_CORRECTEUR: (["COORDINATEUR"], None, 0, True, None, None, "ACTIVE"),
    Manque.SANS_COORDINATEUR: (["CORRECTEUR"], None, 1, True, None, None, "ACTIVE"),
    Manque.PROFIL_MANQUANT: (["COORDINATEUR", "CORRECTEUR"], "lettres", 1, True, None, None, "ACTIVE"),
    Manque.DEFICIT: (["COORDINATEUR", "CORRECTEUR"], None, 2, True, None, None, "ACTIVE"),
    Manque.SANS_SIGNATURE: (["COORDINATEUR", "CORRECTEUR"], None, 1, False, None, None, "ACTIVE"),
    Manque.REFUSEE: (["COORDINATEUR", "CORRECTEUR"], None, 1, True, "REJETEE", None, "ACTIVE"),
    Manque.MAIL_ECHOUE: (["COORDINATEUR", "CORRECTEUR"], None, 1, True, None, "ECHOUEE", "ACTIVE"),
    Manque.EMPECHEMENT: (["COORDINATEUR", "CORRECTEUR"], None, 1, True, None, None, "ACTIVE"),
    Manque.SANS_CANDIDAT: (["COORDINATEUR", "CORRECTEUR"], None, 1, True, None, None, "WITHDRAWN"),
    Manque.A_POURVOIR: ([], None, 0, True, None, None, "ACTIVE"),
    "rien": (["COORDINATEUR", "CORRECTEUR"], None, 1, True, None, None, "ACTIVE"),
}
_MISSION = """
INSERT INTO mission (mission_id, session, uai, academie, etablissement_nom, etablissement_commune, type, voie, code,
                     libelle, candidats, date_debut, status, version, hash, recherche)
VALUES ($1, '2021-E3C1', $2, '10', 'LYCEE', 'VILLE', $5, 'GENERALE', $3, $3, 10, '2021-01-01', $4, 1, '', $2)
"""
_CONVOCATION = """
INSERT INTO convocation (convocation_id, mission_id, numero, status, nature, qualite, qualite_par_defaut, dates,
                         observation, version)
VALUES ($1, $2, $3, 'ACTIVE', 'CONVOCATION', $4, false, '{2021-01-01}', '', 2)
"""
_EMPECHEMENT = """
WITH told AS (
    INSERT INTO convocation_version (convocation_id, version, nature, qualite_par_defaut, dates, observation, par, le)
    VALUES ($1, 2, 'CONVOCATION', false, '{2021-01-01}', '', 'essai', now()) RETURNING convocation_id, version, le)
INSERT INTO empechement (convocation_id, version, motif, le) SELECT convocation_id, version, 'essai', le FROM told
"""


async def _plant(connection, number, kind, has):
    qualites, profil, need, signed, acces, mail, status = has
    uai, code, mission = f"069{number:04}X", f"E{number}", uuid5(UUID(int=1), str(kind))
    type_ = "NUMERISATION" if kind == Manque.A_POURVOIR else "CORRECTION"
    await connection.execute(_MISSION, mission, uai, code, status, type_)
    await connection.execute("INSERT INTO exigence VALUES ('10', $1, NULL, $2)", code, need)
    if profil:
        await connection.execute("INSERT INTO profil_requis VALUES ($1, 1, $2, '{}', '10')", code, profil)
    if signed:
        await connection.execute("INSERT INTO signature VALUES ($1, 'X', 'Y', 'Z', 1, 'essai', now())", uai)
    for rang, qualite in enumerate(qualites):
        convocation = uuid5(mission, qualite)
        await connection.execute(_CONVOCATION, convocation, mission, str(100 + rang), qualite)
        # what was said of an earlier version counts for nothing
        for table, etat, good in (("acces", acces, "REJETEE"), ("notification", mail, "ECHOUEE")):
            row = (convocation, 2 if etat else 1, etat or good)
            await connection.execute(f"INSERT INTO {table} VALUES ($1, 1, '', $2, $3, NULL)", *row)
        if kind == Manque.EMPECHEMENT:
            await connection.execute(_EMPECHEMENT, convocation)
    return mission


async def test_each_kind_of_gap_is_found_on_its_own_mission_and_on_no_other(world):
    filtre = couverture.FiltreCouverture(session="2021-E3C1")
    async with world.pool.acquire() as connection:
        missions = {
            await _plant(connection, number, kind, has): kind for number, (kind, has) in enumerate(_PLANTED.items())
        }
        rows = await couverture.missions(connection, filtre, lot=35)
        groups = await couverture.groupes(connection, Regroupement.ETABLISSEMENT, filtre, lot=35)
        nation = await couverture.groupes(connection, Regroupement.ACADEMIE, filtre, lot=35)
    found = {missions[row["mission_id"]]: [gap for gap in Manque if row[gap]] for row in rows}
    assert found == {kind: [] if kind == "rien" else [kind] for kind in _PLANTED}
    assert [(row["total"], row["en_defaut"]) for row in nation] == [(11, 10)]
    assert all(nation[0][gap] == 1 for gap in Manque)
    assert [row["en_defaut"] for row in groups] == [1] * 10 + [0]
    only = (
        await world.administrateur.get("/api/couverture", session="2021-E3C1", par="mission", manque="deficit")
    ).json()
    assert [missions[UUID(one["mission_id"])] for one in only["missions"]] == [Manque.DEFICIT]


async def test_who_sees_what_on_page_api_csv_and_workbook(world):
    lyon, nation = world.browser("gestionnaire"), world.browser("administrateur")
    for path in ("/couverture", "/couverture.csv", "/couverture.xlsx"):
        for par in ("academie", "departement", "etablissement", "epreuve", "mission"):
            seen = await _text(await lyon.get(f"{path}?par={par}"))
            assert LILLE not in seen, (path, par)
            assert "059" not in seen, (path, par)
        assert (await lyon.get(f"{path}?academie=09")).status_code == 404
        assert LYON in await _text(await lyon.get(f"{path}?par=etablissement"))
        assert LILLE in await _text(await nation.get(f"{path}?par=etablissement"))
        chef = await _text(await world.browser("chef").get(f"{path}?par=etablissement"))
        assert LYON in chef
        assert "0699002K" not in chef
        assert (await world.browser("intervenant").get(path)).status_code == 403
    api = (await world.gestionnaire.get("/api/couverture", par="etablissement")).json()
    assert {one["cle"] for one in api["groupes"]} == {LYON, "0699002K"}
    assert (await world.gestionnaire.get("/api/couverture", academie="09")).status_code == 404
    assert (await world.intervenant.get("/api/couverture")).status_code == 403


async def _text(answer):
    assert answer.status_code == 200, answer.text
    if "sheet" in answer.headers["content-type"]:
        return zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()
    return answer.text


async def test_a_figure_leads_down_to_the_mission_and_an_event_applied_is_in_the_next_reading(open_world):
    page = open_world.browser("administrateur").get
    address = "/couverture"
    for row, par in (("Lyon", "departement"), ("069", "etablissement"), (LYON, "epreuve"), ("HG", "mission")):
        html = (await page(address)).text
        pattern = rf'href="(\?[^"]*par={par}[^"]*manque=sans_correcteur)">'
        links = [one.replace("&amp;", "&") for one in re.findall(pattern, html)]
        wanted = {"Lyon": "academie=10", "069": "departement=069", LYON: f"q={LYON}", "HG": "GENERALE.HG"}[row]
        address = "/couverture" + next(one for one in links if wanted in one)
    assert f"/missions/{open_world.hg}" in (await page(address)).text
    await open_world.chef.convoque(open_world.hg, "100")
    assert f"/missions/{open_world.hg}" not in (await page(address)).text


def test_no_text_of_a_cell_is_a_formula():
    lines = csv_bytes(["Établissement", "Missions"], [[text, -3] for text in _FORMULES])
    assert lines.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(lines.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[1:] == [[f"'{text}", "-3"] for text in _FORMULES]
    book = xlsx_bytes("Essai", ["Texte"], [[text] for text in _FORMULES], datetime(2020, 1, 1, tzinfo=UTC))
    sheet = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=1+1" in sheet


_NATION = """
INSERT INTO mission SELECT md5('m' || n)::uuid, '2022-E3C1',
       lpad((n % 900 / 9)::text, 3, '0') || lpad((n / 20)::text, 4, '0') || 'X',
       (ARRAY['01','09','10','25'])[n % 4 + 1], 'LYCEE', 'VILLE', 'CORRECTION', 'GENERALE', 'C' || n % 60,
       'Épreuve ' || n % 60, 100, '2022-01-01', 'ACTIVE', 1, '', 'X' FROM generate_series(1, 22500) n;
INSERT INTO convocation SELECT md5('c' || n)::uuid, md5('m' || n % 22500 + 1)::uuid, (100 + n / 22500)::text, 'ACTIVE',
       'CONVOCATION', 'CORRECTEUR', true, NULL, '{2022-01-01}', '', NULL, 1 FROM generate_series(0, 54999) n;
INSERT INTO acces SELECT convocation_id, 1, '', 1, 'ACCEPTEE', NULL FROM convocation;
INSERT INTO notification SELECT convocation_id, 1, '', 1, 'ENVOYEE', NULL FROM convocation;
"""


async def test_a_nation_is_read_in_well_under_the_time_limit_of_a_statement(world, record_property):
    filtre = couverture.FiltreCouverture(session="2022-E3C1")
    async with world.pool.acquire() as connection:
        await connection.execute(_NATION)
        times = {}
        for par in Regroupement:
            began = perf_counter()
            if par is Regroupement.MISSION:
                rows = await couverture.missions(connection, filtre, lot=35)
            else:
                rows = await couverture.groupes(connection, par, filtre, lot=35)
            times[par.value] = round(perf_counter() - began, 3)
            assert rows[0].somme[0] == 22_500
    record_property("seconds", times)
    assert max(times.values()) < 7, times


async def test_the_filters_offer_academies_by_name_and_departements_by_name_and_links_stand_apart(open_world):
    page = await open_world.browser("administrateur").text("/couverture")
    assert "aux missions de la session 2020-E3C1, compté" in page
    choix = page.partition('name="academie"')[2].partition("</select>")[0]
    names = re.findall(r">([^<>]+)</option>", choix)[1:]
    assert names[:2] == ["Aix-Marseille", "Amiens"]
    choix = page.partition('name="departement"')[2].partition("</select>")[0]
    assert re.findall(r'value="(\d+)"[^>]*> ?([^<]+?) ?</option>', choix) == [
        ("059", "Nord (059)"),
        ("069", "Rhône (069)"),
    ]
    assert "Rappeler des établissements</a></li>" in page
    page = await open_world.browser("gestionnaire").text("/rappels")
    assert "Rhône (069)" in page.partition('name="departement"')[2].partition("</select>")[0]
