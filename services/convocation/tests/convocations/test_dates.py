"""A past date is refused by the page and by the API; what the calendar says is read before saving."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

LE_2_FEVRIER_A_PARIS = datetime(2027, 2, 1, 23, 30, tzinfo=UTC)


@pytest.fixture
def en_fevrier(open_world):
    """Half past midnight in Lyon; in London it is still the day before."""
    state = open_world.app.state.application
    open_world.app.state.application = replace(state, clock=lambda: LE_2_FEVRIER_A_PARIS)
    yield open_world
    open_world.app.state.application = state


async def test_a_past_date_is_refused_by_the_api_and_nothing_is_told(en_fevrier):
    answer = await en_fevrier.chef.convoque(en_fevrier.hg, "100", dates=["2027-02-03", "2027-02-01"])
    assert (answer.status_code, answer.json()["code"]) == (422, "date-passee")
    assert answer.json()["dates"] == ["2027-02-01"]
    assert "lundi 1er février 2027" in answer.json()["detail"]
    assert await en_fevrier.told() == []
    made = await en_fevrier.chef.convoque(en_fevrier.hg, "100", dates=["2027-02-02"])
    assert made.status_code == 201, "the académie's day has begun"
    line = f"/api/convocations/{made.json()['convocations'][0]['convocation_id']}"
    refused = await en_fevrier.chef.put(line, {"dates": ["2027-02-01"]}, **{"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (422, "date-passee")


async def test_a_past_date_is_refused_at_its_field_in_both_forms_and_what_was_typed_stays(en_fevrier):
    chef = en_fevrier.browser("chef")
    form = {"action": "convoquer", "cle": "a", "numeros": "100", "dates": ["2027-02-03", "2027-02-01"]}
    refused = await chef.post(f"/missions/{en_fevrier.hg}/affectation", form)
    assert refused.status_code == 422
    assert 'href="#date-2">Cette date de mission est passée : lundi 1er février 2027.' in html.unescape(refused.text)
    made = await en_fevrier.chef.convoque(en_fevrier.hg, "100", dates=["2027-02-02"])
    line = f"/convocations/{made.json()['convocations'][0]['convocation_id']}/modifier"
    changed = await chef.post(line, {"action": "enregistrer", "version": "1", "dates": "2027-01-31"})
    assert (changed.status_code, 'value="2027-01-31"' in changed.text) == (422, True)
    assert "Cette date de mission est passée : dimanche 31 janvier 2027." in changed.text
    await en_fevrier.pool.execute("UPDATE convocation SET dates = '{2027-01-29}'")
    kept = await chef.post(
        line, {"action": "enregistrer", "version": "1", "dates": "2027-01-29", "observation": "Salle 2"}
    )
    assert kept.headers["location"].endswith("fait=modifiee"), "a date that has passed meanwhile may stay"


async def test_a_day_of_the_calendar_is_read_before_it_is_saved_and_once_it_is_held_no_more(en_fevrier):
    chef, path = en_fevrier.browser("chef"), f"/missions/{en_fevrier.hg}/affectation"
    form = {"action": "convoquer", "cle": "a", "numeros": "100", "dates": ["2027-04-11", "2027-05-17"]}
    asked = await chef.post(path, form)
    text = html.unescape(asked.text)
    assert asked.status_code == 422
    assert "La date est un dimanche." in text
    assert "lundi 17 mai 2027 : Lundi de Pentecôte" in text
    assert "dimanche 11 avril 2027 : Vacances de printemps" in text
    read = [html.unescape(one) for one in re.findall(r'name="lus" value="([^"]+)"', asked.text)]
    assert (await chef.post(path, form | {"lus": read})).headers["location"].endswith("fait=convoquees&n=1")
    line = await en_fevrier.pool.fetchval("SELECT convocation_id FROM convocation")
    change = {"action": "enregistrer", "version": "1", "dates": ["2027-04-11", "2027-05-17"], "observation": "Salle 2"}
    assert (await chef.post(f"/convocations/{line}/modifier", change)).headers["location"].endswith("fait=modifiee")


async def test_a_program_is_told_the_days_and_the_other_discipline_with_its_answer(en_fevrier):
    answer = await en_fevrier.chef.convoque(en_fevrier.hg, "100", "103", dates=["2027-05-01"])
    told = {one["type"]: one["details"] for one in answer.json()["avertissements"]}
    assert told["jour-ferie"] == ["samedi 1er mai 2027 : Fête du Travail"]
    assert told["autre-discipline"] == ["N’DIAYE Karim"]
