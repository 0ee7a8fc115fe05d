"""The page and the API of sessions: declared once, changed over what was read, by the administrateur alone."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

NEUVE = "2027-E3C1"
NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
FORM = {"session": NEUVE, "libelle": "Première session 2027", "debut": "2027-01-18", "fin": "2027-03-12"}


@pytest.fixture
def clocked(world):
    world.app.state.application = replace(world.app.state.application, clock=lambda: NOW)
    return world


async def etat(world, session=NEUVE):
    rows = (await world.administrateur.get("/api/sessions")).json()["sessions"]
    return next(one["etat"] for one in rows if one["session"] == session)


async def test_declared_with_its_deadline_it_opens_for_the_nation_and_the_journal_has_both_acts(clocked):
    admin = clocked.browser("administrateur")
    dates = {"ouvre_le": "2027-01-11T08:00", "ferme_le": "2027-02-26T18:00"}
    answer = await admin.post("/sessions", FORM | dates)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sessions?fait=session")
    page = await admin.text("/sessions")
    assert "Première session 2027" in page
    assert "du lundi 18 janvier 2027 au vendredi 12 mars 2027" in page
    held = await clocked.pool.fetchrow("SELECT ouverte, debut, fin FROM ouverture WHERE session = $1", NEUVE)
    assert tuple(held) == (True, datetime(2027, 1, 11, 7, tzinfo=UTC), datetime(2027, 2, 26, 17, tzinfo=UTC))
    acts = await clocked.pool.fetch("SELECT action, objet, apres FROM audit ORDER BY id")
    assert [one["action"] for one in acts] == ["session.declarer", "service.ouvrir"]
    assert json.loads(acts[0]["apres"])["libelle"] == "Première session 2027"
    assert "Session déclarée ou modifiée" in await admin.text("/journal")


async def test_its_state_follows_from_the_decisions_and_the_clock(clocked):
    await clocked.administrateur.post("/api/sessions", {"session": NEUVE, "libelle": "x"})
    assert await etat(clocked) == "PREPAREE"
    opening = {"session": NEUVE, "portee": "ACADEMIE", "code": "10", "ouverte": True}
    dates = {"debut": "2027-01-11T08:00:00+01:00", "fin": "2027-02-26T18:00:00+01:00"}
    assert (await clocked.administrateur.put("/api/ouvertures", opening | dates)).status_code == 200
    assert await etat(clocked) == "PREPAREE"
    for day, expected in ((datetime(2027, 1, 12, tzinfo=UTC), "OUVERTE"), (datetime(2027, 3, 1, tzinfo=UTC), "CLOSE")):
        clocked.app.state.application = replace(clocked.app.state.application, clock=lambda day=day: day)
        assert await etat(clocked) == expected


@pytest.mark.parametrize(
    ("changes", "champ", "phrase"),
    [
        ({"session": "2027"}, "session", "Écrivez l’année et le rang"),
        ({"libelle": ""}, "libelle", "Donnez un libellé"),
        ({"libelle": "x" * 101}, "libelle", "100 caractères"),
        ({"fin": "2027-01-17"}, "fin", "Le dernier jour vient après le premier."),
        ({"debut": "demain"}, "debut", "ne se lit pas"),
        ({"ferme_le": "9999-12-31T23:59"}, "ferme_le", "ne se lit pas"),
        ({"ferme_le": "2026-12-01T08:00"}, "ferme_le", "Cette fin est passée"),
        ({"session": "2020-E3C1"}, "session", "déjà déclarée"),
    ],
)
async def test_what_makes_no_sense_is_refused_at_its_field_and_nothing_is_declared(clocked, changes, champ, phrase):
    answer = await clocked.browser("administrateur").post("/sessions", FORM | changes)
    assert answer.status_code in {409, 422}
    assert phrase in answer.text
    assert f'href="#{champ}"' in answer.text
    assert FORM["debut"] in answer.text or "debut" in changes
    assert await clocked.pool.fetchval("SELECT count(*) FROM session_declaree WHERE session = $1", NEUVE) == 0
    assert await clocked.pool.fetchval("SELECT count(*) FROM audit") == 0


async def test_a_change_is_over_what_was_read_and_what_is_the_same_is_no_act(clocked):
    admin = clocked.browser("administrateur")
    await admin.post("/sessions", FORM)
    form = FORM | {"version": "1", "libelle": "Autre libellé"}
    assert (await admin.post(f"/sessions/{NEUVE}", form)).status_code == 303
    assert "Autre libellé" in await admin.text(f"/sessions/{NEUVE}")
    stale = await admin.post(f"/sessions/{NEUVE}", form | {"libelle": "Trop tard"})
    assert stale.status_code == 412
    assert "Trop tard" in stale.text
    same = {"libelle": "Autre libellé", "debut": "2027-01-18", "fin": "2027-03-12"}
    answer = await clocked.administrateur.put(f"/api/sessions/{NEUVE}", same, **{"If-Match": '"2"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert await clocked.pool.fetchval("SELECT count(*) FROM audit") == 2
    unknown = await clocked.administrateur.put("/api/sessions/2039-E3C1", same, **{"If-Match": '"1"'})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "session-inconnue")
    assert (await admin.get("/sessions/2039-E3C1")).status_code == 404


async def test_the_gestionnaire_reads_and_declares_nothing(clocked):
    page = await clocked.browser("gestionnaire").text("/sessions")
    assert "2020-E3C1" in page
    assert "Déclarer" not in page
    assert "Modifier la session" not in await clocked.browser("gestionnaire").text("/sessions/2020-E3C1")
    assert (await clocked.browser("gestionnaire").post("/sessions", FORM)).status_code == 403
    assert (await clocked.browser("chef").get("/sessions")).status_code == 403


@pytest.mark.parametrize(("champ", "jour"), [("debut", "0001-01-01"), ("fin", "9999-12-31")])
async def test_a_program_says_days_that_there_are_a_year_later_too(clocked, champ, jour):
    body = {"session": NEUVE, "libelle": "x", champ: jour}
    answer = await clocked.administrateur.post("/api/sessions", body)
    assert (answer.status_code, answer.json()["champ"]) == (422, champ)
    assert "L’année va de 2000 à 2199." in answer.json()["detail"]


async def test_no_end_of_a_program_in_the_year_9999_is_refused(clocked):
    """Pages that show it to its lycées could show no local time of it."""
    opening = {"session": "2020-E3C1", "portee": "NATIONALE", "code": "*", "ouverte": True}
    answer = await clocked.administrateur.put("/api/ouvertures", opening | {"fin": "9999-12-31T23:59:59Z"})
    assert (answer.status_code, answer.json()["champ"]) == (422, "fin")
    assert "l’année 2199 est la dernière" in answer.json()["detail"]
    assert (await clocked.browser("chef").get("/")).status_code == 200


async def test_its_page_says_when_the_service_is_open_and_which_academies_have_their_dates(clocked):
    admin = clocked.browser("administrateur")
    await admin.post("/sessions", FORM | {"ouvre_le": "2027-01-11T08:00", "ferme_le": "2027-02-26T18:00"})
    page = await admin.text(f"/sessions/{NEUVE}")
    assert "ouvert, à partir du lundi 11 janvier 2027 à 8 h 00, jusqu’au vendredi 26 février 2027 à 18 h 00." in page
    assert "Académies qui ont leurs dates" not in page
    own = {"debut": "2027-01-25", "ferme_le": "2027-02-19T18:00"}
    assert (await clocked.browser("gestionnaire").post(f"/sessions/{NEUVE}/academies/10", own)).status_code == 303
    page = await admin.text(f"/sessions/{NEUVE}")
    table = page.partition("Académies qui ont leurs dates")[2].partition("</table>")[0]
    assert "Lyon" in table
    assert "à partir du lundi 25 janvier 2027" in table
    assert "vendredi 19 février 2027 à 18 h 00" in table
    assert (
        "Lyon" not in (await clocked.browser("gestionnaire_de_lille").text(f"/sessions/{NEUVE}")).partition("<main")[2]
    )


async def test_the_code_of_a_session_is_read_in_any_case(clocked):
    answer = await clocked.browser("administrateur").post("/sessions", FORM | {"session": " 2027-e3c1 "})
    assert answer.status_code == 303
    assert await etat(clocked) == "PREPAREE"
