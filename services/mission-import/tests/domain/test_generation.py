"""R6–R11: what a closing makes, in the guide's words."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from event_schemas.academies import local_time
from mission_import.domain.generation import generate
from mission_import.domain.inscriptions import Cloture, Epreuve, Etablissement
from mission_import.domain.mission import NUMERISATION, MissionType, Status

LYCEE = Etablissement("0699001J", "LYCEE FICTIF", "LYON", "10")
IMPORT_DAY = date(2020, 1, 13)
LATER = date(2020, 1, 20)


def epreuve(code="HG", candidats=100, type_="E3C", voie="GENERALE"):
    return Epreuve(code, f"Épreuve {code}", type_, voie, candidats)


def cloture(*epreuves, revision=1, etablissement=LYCEE):
    return Cloture("2020-E3C1", revision, etablissement, epreuves)


def apply(closing, existing=None, today=IMPORT_DAY):
    existing = dict(existing or {})
    existing.update({mission.cle: mission for mission in generate(closing, existing, today)})
    return existing


def corrections(missions):
    return [one for one in missions.values() if one.type is MissionType.CORRECTION and one.status is Status.ACTIVE]


def numerisations(missions):
    return [one for one in missions.values() if one.type is MissionType.NUMERISATION and one.status is Status.ACTIVE]


def test_r8_a_mission_is_generated_for_each_e3c_epreuve_of_the_etablissement_that_has_candidates():
    missions = apply(cloture(epreuve("HG"), epreuve("MATHS", voie="TECHNOLOGIQUE"), epreuve("LVA-ANG", voie="COMMUNE")))
    assert [one.cle.code for one in corrections(missions)] == ["HG", "MATHS", "LVA-ANG"]


def test_r8_an_epreuve_of_another_type_makes_no_mission():
    missions = apply(cloture(epreuve("HG"), epreuve("FR", type_="EAF")))
    assert [one.cle.code for one in corrections(missions)] == ["HG"]


def test_r9_an_epreuve_without_candidates_makes_no_mission():
    assert [one.cle.code for one in corrections(apply(cloture(epreuve("HG"), epreuve("SES", 0))))] == ["HG"]


def test_r9_the_same_code_in_two_voies_makes_two_missions():
    missions = apply(cloture(epreuve("HG"), epreuve("HG", voie="TECHNOLOGIQUE")))
    assert {one.cle for one in corrections(missions)} == {("GENERALE", "HG"), ("TECHNOLOGIQUE", "HG")}


@given(
    st.lists(
        st.tuples(st.sampled_from("ABCDEF"), st.integers(0, 3), st.sampled_from(["E3C", "EAF"])),
        unique_by=lambda one: one[0],
    )
)
def test_r9_there_are_as_many_missions_as_e3c_epreuves_with_candidates_and_one_numerisation_where_there_are_any(made):
    epreuves = [epreuve(code, candidats, type_) for code, candidats, type_ in made]
    expected = sum(candidats > 0 and type_ == "E3C" for _, candidats, type_ in made)
    missions = apply(cloture(*epreuves))
    assert len(corrections(missions)) == expected
    assert len(numerisations(missions)) == (1 if expected else 0)
    assert generate(cloture(*epreuves), missions, LATER) == []


def test_r10_for_each_etablissement_one_mission_of_numerisation_is_generated_too():
    [numerisation] = numerisations(apply(cloture(epreuve("HG", 100), epreuve("SES", 40))))
    assert numerisation.cle == NUMERISATION
    assert numerisation.candidats == 140


def test_r10_without_any_mission_of_correction_there_are_no_copies_and_no_numerisation():
    assert apply(cloture(epreuve("HG", 0), epreuve("FR", type_="EAF"))) == {}


def test_r11_by_default_the_start_date_is_the_day_of_the_import():
    assert {one.date_debut for one in apply(cloture(epreuve()), today=IMPORT_DAY).values()} == {IMPORT_DAY}


def test_r11_the_start_date_stays_that_of_the_first_import():
    missions = apply(cloture(epreuve(candidats=50), revision=2), apply(cloture(epreuve())), today=LATER)
    assert {one.date_debut for one in missions.values()} == {IMPORT_DAY}


def test_r11_the_day_of_import_is_the_academies_own():
    evening = datetime(2020, 1, 13, 22, 30, tzinfo=UTC)
    assert local_time("10", evening).date() == date(2020, 1, 13)
    assert local_time("28", evening).date() == date(2020, 1, 14)
    assert local_time("32", evening).date() == date(2020, 1, 13)
    assert local_time("42", evening).date() == date(2020, 1, 14)


def test_ka_the_same_closing_again_changes_nothing():
    missions = apply(cloture(epreuve("HG"), epreuve("SES")))
    assert generate(cloture(epreuve("HG"), epreuve("SES"), revision=2), missions, LATER) == []


def test_ka_an_epreuve_that_loses_its_candidates_is_withdrawn_and_never_deleted():
    missions = apply(cloture(epreuve("HG"), revision=2), apply(cloture(epreuve("HG"), epreuve("SES"))))
    withdrawn = missions["GENERALE", "SES"]
    assert (withdrawn.status, withdrawn.version, withdrawn.candidats) == (Status.WITHDRAWN, 2, 0)


def test_ka_withdrawing_twice_is_withdrawing_once():
    missions = apply(cloture(epreuve("HG"), revision=2), apply(cloture(epreuve("HG"), epreuve("SES"))))
    assert generate(cloture(epreuve("HG"), revision=3), missions, LATER) == []


def test_ka_an_epreuve_that_comes_back_is_active_again_at_the_next_version():
    first = cloture(epreuve("HG"), epreuve("SES"))
    missions = apply(replace(first, revision=3), apply(cloture(epreuve("HG"), revision=2), apply(first)))
    assert (missions["GENERALE", "SES"].status, missions["GENERALE", "SES"].version) == (Status.ACTIVE, 3)


def test_ka_a_changed_number_of_candidates_changes_the_mission_and_the_numerisation_only():
    before = apply(cloture(epreuve("HG"), epreuve("SES", 40)))
    changed = generate(cloture(epreuve("HG"), epreuve("SES", 41), revision=2), before, LATER)
    assert [(one.cle.code, one.version) for one in changed] == [("SES", 2), ("NUMERISATION", 2)]


def test_ka_when_nothing_is_left_everything_is_withdrawn_the_numerisation_too():
    missions = apply(cloture(revision=2), apply(cloture(epreuve("HG"))))
    assert {one.status for one in missions.values()} == {Status.WITHDRAWN}
