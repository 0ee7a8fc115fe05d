"""An académie's own days and deadline: set by its gestionnaire, inside what the administrateur allows."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from convocation.ouvertures.domain import Decision, bornee

LYON, SESSION = "0699001J", "2020-E3C1"
NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
URL = f"/api/sessions/{SESSION}/academies/10"
NATION = {"debut": "2027-01-11T08:00:00+01:00", "fin": "2027-02-26T18:00:00+01:00"}
OPENING = {"session": SESSION, "portee": "NATIONALE", "code": "*", "ouverte": True}
LIMITE = "2027-02-19T18:00:00+01:00"


def at(world, now):
    world.app.state.application = replace(world.app.state.application, clock=lambda: now)


@pytest.fixture
async def dated(world):
    """Declared with its days, the nation's service to come."""
    at(world, NOW)
    days = {"libelle": "Essai", "debut": "2027-01-18", "fin": "2027-03-12"}
    answer = await world.administrateur.put(f"/api/sessions/{SESSION}", days, **{"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert (await world.administrateur.put("/api/ouvertures", OPENING | NATION)).status_code == 200
    return world


async def decision(world):
    query = "SELECT ouverte, debut, fin, propre FROM ouverture WHERE portee = 'ACADEMIE' AND code = '10'"
    row = await world.pool.fetchrow(query)
    return tuple(row) if row else None


async def test_the_gestionnaire_sets_days_and_deadline_and_his_etablissements_close_then(dated):
    body = {"debut": "2027-01-25", "fin": "2027-03-05", "ferme_le": LIMITE}
    told = await dated.gestionnaire.put(URL, body)
    assert told.status_code == 200, told.text
    assert told.json() == {"session": SESSION, "academie": "10", "propre": True} | body
    assert await decision(dated) == (
        *(True, datetime(2027, 1, 11, 7, tzinfo=UTC), datetime(2027, 2, 19, 17, tzinfo=UTC), True),
    )
    for now, lyon, lille in (
        (datetime(2027, 2, 18, tzinfo=UTC), 3, 1),
        (datetime(2027, 2, 20, tzinfo=UTC), 0, 1),
    ):
        at(dated, now)
        chef = dated.acteur("c", dated.chef.acteur.role, "0599001F")
        totals = [(await one.get("/api/missions")).json()["total"] for one in (dated.chef, chef)]
        assert totals == [lyon, lille]
    acts = await dated.pool.fetch("SELECT action, academie, apres FROM audit WHERE par = 'gest' ORDER BY id")
    assert [(one["action"], one["academie"]) for one in acts] == [("session.dater", "10"), ("service.ouvrir", "10")]
    assert json.loads(acts[0]["apres"])["premier_jour"] == "lundi 25 janvier 2027"


@pytest.mark.parametrize(
    ("body", "champ", "phrase"),
    [
        ({"debut": "2027-01-17"}, "debut", "pas dans ceux de la session"),
        ({"fin": "2027-03-13"}, "fin", "pas dans ceux de la session"),
        ({"debut": "2027-02-02", "fin": "2027-02-01"}, "fin", "après le premier"),
        ({"ferme_le": "2027-02-26T18:01:00+01:00"}, "ferme_le", "ne vient pas après celle de toutes"),
        ({"ferme_le": "2027-01-03T18:00:00+01:00"}, "ferme_le", "est passée"),
        ({"ferme_le": "2027-01-10T18:00:00+01:00"}, "ferme_le", "vient après l’ouverture"),
        ({"ferme_le": "9999-12-31T23:59:59Z"}, "ferme_le", "trop lointaine"),
    ],
)
async def test_what_goes_beyond_the_nations_is_refused_at_its_field_and_nothing_is_written(dated, body, champ, phrase):
    answer = await dated.gestionnaire.put(URL, body)
    assert (answer.status_code, answer.json()["champ"]) == (422, champ)
    assert phrase in answer.json()["detail"]
    assert await dated.pool.fetchval("SELECT count(*) FROM session_academie") == 0
    assert await decision(dated) is None


async def test_what_the_administrateur_decided_for_the_academie_is_not_overruled(dated):
    own = {"session": SESSION, "portee": "ACADEMIE", "code": "10", "ouverte": False}
    await dated.administrateur.put("/api/ouvertures", own)
    answer = await dated.gestionnaire.put(URL, {"ferme_le": LIMITE})
    assert "demandez-lui" in answer.json()["detail"]
    page = await dated.browser("gestionnaire").text(f"/sessions/{SESSION}/academies/10")
    assert "Date limite de convocation&nbsp;: aucune." in page, "its service is closed: the nation's end is not its own"
    assert (await decision(dated))[0] is False
    assert (await dated.gestionnaire.put(URL, {"debut": "2027-01-25"})).status_code == 200


@pytest.mark.parametrize("fin", [None, "2027-02-10T18:00:00+01:00"])
async def test_what_the_administrateur_decided_for_it_is_said_and_its_days_are_still_its_own(dated, fin):
    own = {"session": SESSION, "portee": "ACADEMIE", "code": "10", "ouverte": True, "fin": fin}
    assert (await dated.administrateur.put("/api/ouvertures", own)).status_code == 200
    browser, url = dated.browser("gestionnaire"), f"/sessions/{SESSION}/academies/10"
    page = await browser.text(url)
    assert "L’administrateur IMAGIN a décidé du service de cette académie" in page
    assert "datetime-local" not in page
    assert ("18 h 00, fixée par l’administrateur pour l’académie." in page) is bool(fin)
    typed = re.search(r'name="ferme_le" value="([^"]*)"', page)[1]
    assert (await browser.post(url, {"debut": "2027-01-25", "ferme_le": typed})).status_code == 303


@pytest.mark.parametrize("nation", ["closed", "shorter", "later", "after"])
async def test_what_the_nation_is_decided_on_anew_bounds_the_academies_dates_too(dated, nation):
    await dated.gestionnaire.put(URL, {"ferme_le": LIMITE})
    changes = {
        "closed": {"ouverte": False, "motif": "fin"},
        "shorter": NATION | {"fin": "2027-02-12T18:00:00+01:00"},
        "later": NATION | {"fin": "2027-03-05T18:00:00+01:00"},
        "after": NATION | {"debut": "2027-02-22T08:00:00+01:00"},
    }
    assert (await dated.administrateur.put("/api/ouvertures", OPENING | changes[nation])).status_code == 200
    kept = (True, datetime(2027, 1, 11, 7, tzinfo=UTC), datetime(2027, 2, 19, 17, tzinfo=UTC), True)
    assert await decision(dated) == (kept if nation == "later" else None)


def test_an_academies_end_is_the_earlier_one_and_nothing_of_its_own_where_that_is_the_nations():
    early, late = datetime(2027, 2, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)
    assert bornee(Decision(True, None, early), Decision(True, NOW, late)) == Decision(True, NOW, early)
    assert bornee(Decision(True, None, early), Decision(True, NOW, None)) == Decision(True, NOW, early)
    assert bornee(Decision(True, None, late), Decision(True, NOW, early)) is None
    assert bornee(Decision(True, None, early), Decision(False)) is None
    assert bornee(Decision(True, None, early), None) is None
    assert bornee(Decision(True, None, early), Decision(True, early, late)) is None


async def test_given_back_the_nations_deadline_holds_again(dated):
    await dated.gestionnaire.put(URL, {"ferme_le": LIMITE})
    told = await dated.gestionnaire.put(URL, {"ferme_le": None})
    assert (told.json()["propre"], told.json()["ferme_le"]) == (False, NATION["fin"])
    assert await decision(dated) is None


async def test_another_academie_is_not_his_and_a_lycee_dates_nothing(dated):
    assert (await dated.gestionnaire.put(f"/api/sessions/{SESSION}/academies/09", {})).status_code == 404
    assert (await dated.chef.put(URL, {})).status_code == 403
    assert (await dated.gestionnaire.put("/api/sessions/2039-E3C1/academies/10", {})).status_code == 404
    assert (await dated.administrateur.put(URL, {"ferme_le": LIMITE})).status_code == 200


async def test_days_outside_the_academies_are_told_before_one_convokes(dated):
    await dated.gestionnaire.put(URL, {"debut": "2027-01-25", "fin": "2027-03-05"})
    at(dated, datetime(2027, 1, 12, 9, tzinfo=UTC))
    found = {}
    for day, numero in (("2027-01-22", "100"), ("2027-01-26", "101"), ("2027-03-09", "102")):
        answer = await dated.chef.convoque(str(dated.hg), numero, dates=[day])
        found[day] = {one["type"] for one in answer.json()["avertissements"]} & {"avant-la-session", "apres-la-session"}
    assert found["2027-01-22"] == {"avant-la-session"}
    assert found["2027-01-26"] == set()
    assert found["2027-03-09"] == {"apres-la-session"}
    row = await dated.pool.fetchrow("SELECT debut, fin FROM session_academie")
    assert tuple(row) == (date(2027, 1, 25), date(2027, 3, 5))


async def test_a_deadline_with_seconds_comes_back_from_the_form_as_it_was(dated):
    """« 23:59:59 » of a program: the minute would be another deadline, which is the administrateur's to change."""
    own = {"session": SESSION, "portee": "ACADEMIE", "code": "10", "ouverte": True, "fin": "2027-02-19T23:59:59+01:00"}
    assert (await dated.administrateur.put("/api/ouvertures", own)).status_code == 200
    gest, url = dated.browser("gestionnaire"), f"/sessions/{SESSION}/academies/10"
    [typed] = re.findall(r'name="ferme_le" value="([^"]*)"', await gest.text(url))
    assert (await gest.post(url, {"debut": "2027-01-25", "fin": "", "ferme_le": typed})).status_code == 303
    assert (await decision(dated))[2] == datetime(2027, 2, 19, 22, 59, 59, tzinfo=UTC)


async def test_days_that_are_no_longer_among_the_nations_are_the_academies_no_more(dated):
    """Else its first day would come after the last one, and every day be warned of."""
    await dated.gestionnaire.put(URL, {"debut": "2027-03-01", "fin": "2027-03-05"})
    shorter = {"libelle": "Essai", "debut": "2027-01-18", "fin": "2027-02-12"}
    answer = await dated.administrateur.put(f"/api/sessions/{SESSION}", shorter, **{"If-Match": '"2"'})
    assert answer.status_code == 200, answer.text
    assert tuple(await dated.pool.fetchrow("SELECT debut, fin FROM session_academie")) == (None, None)
    act = await dated.pool.fetchrow("SELECT action, academie, apres FROM audit ORDER BY id DESC LIMIT 1")
    assert tuple(act)[:2] == ("session.dater", "10")
    assert json.loads(act["apres"])["premier_jour"] == "lundi 18 janvier 2027"
    at(dated, datetime(2027, 1, 12, 9, tzinfo=UTC))
    convoked = await dated.chef.convoque(str(dated.hg), "100", dates=["2027-01-26"])
    assert not {one["type"] for one in convoked.json()["avertissements"]} & {"avant-la-session", "apres-la-session"}


async def test_what_the_administrateur_opened_without_an_end_is_shown_and_days_are_set(dated):
    own = {"session": SESSION, "portee": "ACADEMIE", "code": "10", "ouverte": True}
    assert (await dated.administrateur.put("/api/ouvertures", own)).status_code == 200
    gest, url = dated.browser("gestionnaire"), f"/sessions/{SESSION}/academies/10"
    assert "Date limite de convocation" in await gest.text(url)
    done = await gest.post(url, {"debut": "2027-01-25", "fin": "", "ferme_le": ""})
    assert done.status_code == 303
    assert await decision(dated) == (True, None, None, False)


async def test_the_page_shows_what_holds_and_keeps_what_was_typed(dated):
    gest = dated.browser("gestionnaire")
    url = f"/sessions/{SESSION}/academies/10"
    assert url in await gest.text(f"/sessions/{SESSION}")
    page = await gest.text(url)
    assert "vendredi 26 février 2027 à 18 h 00, pour toutes les académies" in page
    refused = await gest.post(url, {"debut": "2027-01-17", "fin": "", "ferme_le": ""})
    assert refused.status_code == 422
    assert 'value="2027-01-17"' in refused.text
    done = await gest.post(url, {"debut": "", "fin": "2027-03-05", "ferme_le": "2027-02-19T18:00"})
    assert done.status_code == 303
    page = await gest.text(url)
    assert "vendredi 19 février 2027 à 18 h 00, fixée par l’académie" in page
    assert 'value="2027-03-05"' in page
