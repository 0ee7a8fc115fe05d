"""The journal (R54, R55): every act of the service for the administrateur, an académie's for its gestionnaire.

No name in an address.
"""

import csv
import html
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from acces import audit
from acces.acteur import Acteur, Role
from acces.audit import Acte
from acces.portee import act_as
from testkit.actes import actes

LYON, LILLE = "0699001J", "0599001F"
LE = datetime(2027, 1, 15, 22, 30, tzinfo=UTC)  # 23:30 in Paris
GESTIONNAIRE = Acteur("gest.lyon", Role.GESTIONNAIRE, "Dominique EXEMPLE")
AUTRE = Acteur("admin.1", Role.ADMINISTRATEUR, "Camille ESSAI")


async def get(world, name="administrateur"):
    return await world.browser(name).get("/journal")


async def search(world, name="administrateur", **typed):
    return await world.browser(name).post("/journal", typed)


def objets(answer):
    """What the acts shown are about, in order."""
    return re.findall(r" – ([a-z]+\|[^<]+)</span>", answer.text)


def words(answer):
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture
async def acted(world):
    acts = [
        (GESTIONNAIRE, 0, Acte("intervenants.ecrire", "intervenant|777", None, {"nom": "BŒUF"}, "", "10", LYON)),
        (GESTIONNAIRE, 1, Acte("contact.ecrire", "contact|10", {"nom": "A"}, {"nom": "B"}, "départ", "10")),
        (AUTRE, 2, Acte("exigences.ecrire", "exigence|09|HG", {"lot_copies": None}, {"lot_copies": 20}, "lots", "09")),
    ]
    for acteur, hours, acte in acts:
        await audit.record(world.pool, acteur, LE + timedelta(hours=hours), [acte])
    return world


ALL = ["exigence|09|HG", "contact|10", "intervenant|777"]


@pytest.mark.parametrize(
    "name", ["chef", "delegue", "gestionnaire", "administrateur", "intervenant", "notifier", "santorin"]
)
async def test_only_the_rectorat_reads_it(acted, name):
    expected = 200 if name in {"administrateur", "gestionnaire"} else 403
    api = getattr(acted, name)
    for answer in (
        await get(acted, name),
        await search(acted, name, famille="contact"),
        await api.get("/api/audit"),
        await api.post("/api/audit/recherche", {"personne": "777"}),
    ):
        assert answer.status_code == expected
        assert ("EXEMPLE" in answer.text or "777" in answer.text) is (expected == 200)


async def test_a_gestionnaire_reads_their_academies_acts_and_none_of_others_or_the_nation(acted):
    for acte in (
        Acte("service.ouvrir", "ouverture|s", None, {"ouverte": True}),
        Acte("compte.ecrire", "c", academie="10"),
    ):
        await audit.record(acted.pool, AUTRE, LE + timedelta(hours=3), [acte])
    assert objets(await get(acted, "gestionnaire")) == ["contact|10", "intervenant|777"]
    assert objets(await get(acted, "gestionnaire_de_lille")) == ["exigence|09|HG"]
    api = (await acted.gestionnaire.get("/api/audit")).json()
    assert ([one["objet"] for one in api["actes"]], api["total"]) == (["contact|10", "intervenant|777"], 2)
    for answer in (
        await search(acted, "gestionnaire", academie="09"),
        await acted.gestionnaire.get("/api/audit", academie="09"),
        await acted.browser("gestionnaire").post("/journal.csv", {"academie": "09"}),
    ):
        assert answer.status_code == 404
    page = (await get(acted, "gestionnaire")).text
    assert 'name="academie"' not in page.partition('role="search"')[2].partition("</form>")[0]  # they have one
    assert "Comptes et droits</option>" not in page


async def test_who_has_several_academies_chooses_one_of_them(acted):
    siec = acted.acteur("siec", Role.GESTIONNAIRE, academies=["09", "10"])
    browser = acted.browser(siec)
    page = (await browser.get("/journal")).text
    assert page.count('<option value="09"') == page.count('<option value="10"') == 1
    assert '<option value="01"' not in page
    assert objets(await browser.get("/journal")) == ALL
    assert objets(await browser.post("/journal", {"academie": "09"})) == ["exigence|09|HG"]


async def test_the_database_itself_shows_a_gestionnaire_no_other_acts(acted):
    await audit.record(acted.pool, AUTRE, LE, [Acte("delegation.ecrire", "d", academie="10")])
    async with acted.pool.acquire() as connection, connection.transaction():
        await act_as(connection, acted.gestionnaire.acteur)
        rows = [row for row in await actes(connection) if row.action != "service.ouvrir"]
        assert [row.objet for row in rows] == ["intervenant|777", "contact|10"]


async def test_the_latest_acts_come_first_with_who_when_why_and_what_changed(acted):
    answer = await get(acted)
    assert objets(answer) == ALL
    text = words(answer)
    assert "Contact du gestionnaire – Lyon samedi 16 janvier 2027 à 0 h 30 (heure de Paris), Dominique EXEMPLE" in text
    assert "Gestionnaire IMAGIN, gest.lyon" in text
    assert "Motif : départ" in text
    assert "Champ Avant Après Nom A B" in text
    assert "Champ Avant Après Copies d’un lot – 20" in text


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"famille": "contact"}, ["contact|10"]),
        ({"personne": "777"}, ["intervenant|777"]),
        ({"personne": "gest.lyon"}, ["contact|10", "intervenant|777"]),
        ({"academie": "10"}, ["contact|10", "intervenant|777"]),
        ({"uai": " 0699001j"}, ["intervenant|777"]),
        ({"du": "2027-01-16"}, ["exigence|09|HG", "contact|10"]),
        ({"au": "2027-01-15"}, ["intervenant|777"]),
        ({"du": "2027-01-15", "au": "2027-01-16", "personne": "admin.1"}, ["exigence|09|HG"]),
        ({"personne": "inconnu"}, []),
        ({"personne": "dominique exemple"}, ["contact|10", "intervenant|777"]),
        ({"famille": "inconnue", "academie": "99"}, ALL),
    ],
)
async def test_it_is_searched_by_kind_person_academie_uai_and_period(acted, typed, found):
    answer = await search(acted, **typed)
    assert answer.status_code == 200
    assert objets(answer) == found
    assert ("Aucun acte ne correspond." in answer.text) is (not found)


@pytest.mark.parametrize(
    ("typed", "champ"),
    [({"du": "hier"}, "du"), ({"au": "2027-13-01"}, "au"), ({"du": "2027-01-16", "au": "2027-01-15"}, "au")],
)
async def test_a_period_that_makes_no_sense_is_refused_at_its_field(acted, typed, champ):
    answer = await search(acted, **typed)
    assert answer.status_code == 422
    assert f'id="{champ}-erreur"' in answer.text
    assert objets(answer) == []


async def test_its_pages_are_turned_by_post_from_the_last_act_on_and_keep_the_search(acted):
    many = [Acte("contact.ecrire", f"contact|{number}") for number in range(45)]  # of one moment
    await audit.record(acted.pool, GESTIONNAIRE, LE + timedelta(days=1), many)
    answer, seen, pages = await search(acted, personne="gest.lyon"), [], 0
    assert 'type="hidden" name="personne" value="gest.lyon"' in answer.text
    while True:
        pages += 1
        seen += objets(answer)
        after = re.findall(r'name="apres" value="([^"]+)"', answer.text)
        if not after:
            break
        if pages == 1:  # what is new comes before, and moves nothing
            new = Acte("contact.ecrire", "contact|nouveau")
            await audit.record(acted.pool, GESTIONNAIRE, LE + timedelta(days=2), [new])
        answer = await search(acted, personne="gest.lyon", apres=html.unescape(after[0]))
        assert "Revenir aux derniers actes" in answer.text
    assert pages == 3
    assert seen == [f"contact|{number}" for number in reversed(range(45))] + ["contact|10", "intervenant|777"]
    assert "gest.lyon" not in str(answer.url)


@pytest.mark.parametrize("apres", ["x", "2027-01-01", "2027-01-01T00:00:00|a", "2027-01-01T00:00:00+00:00|"])
async def test_a_place_that_makes_no_sense_is_the_beginning(acted, apres):
    assert objets(await search(acted, apres=apres)) == ALL


async def test_convocations_are_in_it_convoked_changed_cancelled_and_read(open_world):
    world = open_world
    made = (await world.chef.convoque(world.hg, "100", "101")).json()["convocations"]
    one = made[0]["convocation_id"]
    path = f"/api/convocations/{one}"
    body = {"dates": ["2030-03-09"], "qualite": "CORRECTEUR", "observation": "=Salle 9"}
    assert (await world.chef.put(path, body, **{"If-Match": '"1"'})).status_code == 200
    await world.pool.execute("INSERT INTO prise_de_connaissance VALUES ($1, 2, now())", one)
    assert (await world.chef.post(f"{path}/annulation", {"motif": "Malade"}, **{"If-Match": '"2"'})).status_code == 200
    answer = await search(world, "gestionnaire", famille="convocation")
    text = words(answer)
    titles = re.findall(r"(Personne convoquée|Convocation \w+) – Lyon, 0699001J, BŒUF Élodie", text)
    assert titles == ["Convocation supprimée", "Convocation lue", "Convocation modifiée", "Personne convoquée"]
    assert "Motif : Malade" in text
    assert "Dates de mission mardi 5 mars 2030 samedi 9 mars 2030" in text
    assert "Qualité Correcteur Santorin Correcteur " in text, "the default is another choice than the same by name"
    assert "Texte d'observation – –" not in text, "who left it empty changed nothing"
    assert "5 actes sur cette page" in text
    assert f'href="/convocations/{one}"' in answer.text
    assert (await world.browser("gestionnaire").get(f"/convocations/{one}")).status_code == 200
    for typed in ({"personne": "100"}, {"personne": "boeuf elodie"}):
        assert len(objets(await search(world, "gestionnaire", famille="convocation", **typed))) == 4
    assert objets(await search(world, "gestionnaire", famille="convocation", uai="0699002K")) == []
    assert objets(await search(world, "gestionnaire_de_lille", famille="convocation")) == []
    lines = (await world.browser("gestionnaire").post("/journal.csv", {"famille": "convocation"})).text
    assert ";'=Salle 9" in lines
    acts = await world.pool.fetch("SELECT objet, academie FROM audit WHERE action = 'audit.exporter'")
    assert [tuple(row) for row in acts] == [("journal", "10")]


async def test_what_is_found_is_downloaded_as_a_table_in_which_no_text_is_a_formula(acted):
    acte = Acte(
        "contact.ecrire", "contact|10", {"nom": "A", "horaires": "9 h"}, {"nom": "=1+1", "horaires": "8 h"}, "@x"
    )
    await audit.record(acted.pool, GESTIONNAIRE, LE + timedelta(days=1), [acte])
    answer = await acted.browser("administrateur").post("/journal.csv", {"famille": "contact"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [(one["Champ"], one["Avant"], one["Après"], one["Motif"]) for one in lines] == [
        ("Nom", "A", "'=1+1", "'@x"),
        ("Horaires", "9 h", "8 h", "'@x"),
        ("Nom", "A", "B", "départ"),
    ]
    assert lines[2]["Quand"] == "2027-01-16T00:30:00+01:00"
    refused = await acted.browser("administrateur").post("/journal.csv", {"du": "hier"})
    assert (refused.status_code, 'id="du-erreur"' in refused.text) == (422, True)
    chef = await acted.browser("chef").post("/journal.csv")
    assert chef.status_code == 403


async def test_more_acts_than_a_table_holds_are_refused_and_not_cut(acted, monkeypatch):
    monkeypatch.setattr("convocation.journal.pages._MAX_CSV", 2)
    answer = await acted.browser("administrateur").post("/journal.csv")
    assert (answer.status_code, "restreignez la recherche" in answer.text) == (422, True)


async def test_what_is_recorded_cannot_become_markup(acted):
    acte = Acte("contact.ecrire", "contact|10", {"nom": "<b>x</b>"}, {"nom": "<script>"}, "<i>y</i>", "10")
    await audit.record(acted.pool, GESTIONNAIRE, LE, [acte])
    answer = await search(acted, personne='"><script>')
    assert '"><script>' not in answer.text
    assert 'value="&#34;&gt;&lt;script&gt;"' in answer.text
    text = (await get(acted)).text
    assert "<b>x" not in text
    assert "<i>y" not in text


async def test_the_api_says_the_same_and_takes_no_person_in_an_address(acted):
    told = (await acted.administrateur.get("/api/audit", academie="10", taille=1)).json()
    assert (told["total"], [one["objet"] for one in told["actes"]]) == (2, ["contact|10"])
    assert told["actes"][0]["avant"] == {"nom": "A"}
    told = (await acted.administrateur.post("/api/audit/recherche", {"personne": "777", "uai": LYON})).json()
    assert [one["objet"] for one in told["actes"]] == ["intervenant|777"]
    depuis = (LE + timedelta(hours=2)).isoformat()
    told = (await acted.administrateur.post("/api/audit/recherche", {"depuis": depuis, "famille": "exigences"})).json()
    assert [one["objet"] for one in told["actes"]] == ["exigence|09|HG"]
    assert (await acted.administrateur.get("/api/audit", personne="777")).status_code == 422


async def test_an_opening_is_read_in_words_with_the_hours_of_its_academie(world):
    world.app.state.application = replace(world.app.state.application, clock=lambda: LE)
    body = {"session": "2020-E3C1", "portee": "ETABLISSEMENT", "code": LYON, "ouverte": True, "motif": "essai"}
    answer = await world.administrateur.put("/api/ouvertures", body | {"debut": "2027-07-05T08:00+02:00"})
    assert answer.status_code == 200
    text = words(await get(world))
    assert f"Ouverture du service – Lyon, {LYON}, session 2020-E3C1" in text
    assert "Service ouvert – oui Ouvre le – lundi 5 juillet 2027 à 8 h 00" in text
    body |= {"debut": "2027-07-06T08:00+02:00", "fin": "2027-07-07T08:00+02:00"}
    assert (await world.administrateur.put("/api/ouvertures", body)).status_code == 200
    national = {"session": "2020-E3C1", "portee": "NATIONALE", "code": "*", "ouverte": False, "motif": "essai"}
    assert (await world.administrateur.put("/api/ouvertures", national)).status_code == 200
    assert "Ouverture du service – toutes les académies, session 2020-E3C1" in words(await get(world))
    changed = "Ouvre le lundi 5 juillet 2027 à 8 h 00 mardi 6 juillet 2027 à 8 h 00 Ferme le – mercredi 7 juillet"
    assert changed in words(await get(world))
