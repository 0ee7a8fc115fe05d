"""What a new session takes from the last one: shown in the form first, a year later to the same day of the week."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from convocation.sessions.domain import DatesAcademie, Declaration, reprendre

AVANT, APRES = "2027-E3C1", "2028-E3C1"
NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
DECLARED = {
    "session": AVANT,
    "libelle": "Première session 2027",
    "debut": "2027-01-18",
    "fin": "2027-03-12",
    "ouvre_le": "2027-01-11T08:00:00+01:00",
    "ferme_le": "2027-03-28T18:00:00+02:00",
}


@pytest.fixture
async def before(world):
    world.app.state.application = replace(world.app.state.application, clock=lambda: NOW)
    assert (await world.administrateur.post("/api/sessions", DECLARED)).status_code == 201
    own = {"debut": "2027-01-25", "fin": None, "ferme_le": "2027-03-22T18:00:00+01:00"}
    assert (await world.gestionnaire.put(f"/api/sessions/{AVANT}/academies/10", own)).status_code == 200
    own = {"debut": "2027-01-19", "fin": None, "ferme_le": None}
    assert (await world.gestionnaire_de_lille.put(f"/api/sessions/{AVANT}/academies/09", own)).status_code == 200
    return world


def typed(page):
    return dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))


async def test_the_form_shows_what_is_taken_up_and_nothing_is_declared_before_it_is_sent(before):
    admin = before.browser("administrateur")
    assert f"/sessions?reprendre={AVANT}" in await admin.text(f"/sessions/{AVANT}")
    page = (await admin.get(f"/sessions?reprendre={AVANT}")).text
    form = {name: re.search(rf'id="{name}"[^>]*value="([^"]*)"', page)[1] for name in ("session", "libelle", "fin")}
    assert form == {"session": APRES, "libelle": "Première session 2028", "fin": "2028-03-10"}
    assert 'value="2028-01-10T08:00"' in page
    assert 'value="2028-03-26T18:00"' in page, "the same hour by the clocks, whatever summer time does"
    assert "Reprendre aussi les dates de 2 académies : Lille, Lyon" in page
    assert await before.pool.fetchval("SELECT count(*) FROM session_declaree WHERE session = $1", APRES) == 0


@pytest.mark.parametrize("academies", ["", "oui"])
async def test_academies_keep_their_dates_where_they_are_inside_the_new_ones_if_that_is_ticked(before, academies):
    form = {"session": APRES, "libelle": "2028", "debut": "2028-01-19", "reprise": AVANT, "academies": academies}
    form |= {"ouvre_le": "2028-01-10T08:00", "ferme_le": "2028-03-26T18:00"}
    assert (await before.browser("administrateur").post("/sessions", form)).status_code == 303
    rows = await before.pool.fetch("SELECT academie, debut FROM session_academie WHERE session = $1", APRES)
    assert [tuple(one) for one in rows] == ([("10", date(2028, 1, 24))] if academies else []), "Lille's is too early"
    limit = await before.pool.fetchval("SELECT fin FROM ouverture WHERE session = $1 AND propre", APRES)
    assert limit == (datetime(2028, 3, 20, 17, tzinfo=UTC) if academies else None)


async def test_a_program_takes_them_up_too_and_the_gestionnaire_is_shown_no_form(before):
    body = {"session": APRES, "libelle": "2027", "reprise": AVANT}
    assert (await before.administrateur.post("/api/sessions", body)).status_code == 201
    rows = await before.pool.fetch("SELECT academie FROM session_academie WHERE session = $1 ORDER BY 1", APRES)
    assert [one["academie"] for one in rows] == ["09", "10"]
    assert await before.pool.fetchval("SELECT count(*) FROM ouverture WHERE session = $1", APRES) == 0, "none is open"
    assert (await before.browser("gestionnaire").get(f"/sessions?reprendre={AVANT}")).status_code == 403
    assert (await before.browser("administrateur").get("/sessions?reprendre=2039-E3C1")).status_code == 404


async def test_a_session_of_two_years_ago_is_taken_up_without_deadlines_that_are_past(before):
    before.app.state.application = replace(before.app.state.application, clock=lambda: NOW.replace(year=2029))
    form = {"session": "2029-E3C1", "libelle": "2029", "reprise": AVANT, "academies": "oui"}
    answer = await before.browser("administrateur").post("/sessions", form | {"ferme_le": "2029-03-26T18:00"})
    assert answer.status_code == 303, answer.text
    assert await before.pool.fetchval("SELECT count(*) FROM ouverture WHERE session = '2029-E3C1' AND propre") == 0
    assert await before.pool.fetchval("SELECT count(*) FROM session_academie WHERE session = '2029-E3C1'") == 2


def test_only_what_is_inside_is_taken_up():
    limit = datetime(2027, 3, 1, tzinfo=UTC)
    own = DatesAcademie(date(2026, 1, 20), date(2026, 3, 20), limit)
    inside = DatesAcademie(date(2027, 1, 19), date(2027, 3, 19), limit)
    wide = Declaration(APRES, "x", ferme_le=datetime(2027, 4, 1, tzinfo=UTC))
    assert reprendre(own, wide, NOW) == inside
    assert reprendre(own, wide._replace(debut=date(2027, 1, 20)), NOW) == inside._replace(debut=None)
    assert reprendre(own, wide._replace(fin=date(2027, 3, 1)), NOW) == inside._replace(fin=None)
    assert reprendre(own, wide._replace(ferme_le=limit), NOW) == inside._replace(ferme_le=None)
    assert reprendre(own, wide._replace(ouvre_le=limit), NOW) == inside._replace(ferme_le=None)
    assert reprendre(own, wide._replace(ferme_le=None), NOW) == inside._replace(ferme_le=None), "nothing is open"
