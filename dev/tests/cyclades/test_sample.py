"""The sample and the simulator: real headcounts, invented people, the same bytes every time."""

import json
from collections import Counter

from event_schemas import uai
from imagin_dev.cyclades import sample
from imagin_dev.cyclades.closings import closings, line, synthetic
from imagin_dev.cyclades.inscriptions_file import of_events
from imagin_dev.cyclades.teachers import COPIES_PER_TEACHER, disciplines_of, teachers

SAMPLE = sample.closings()
PEOPLE = teachers(closing.state for closing in SAMPLE)


def missions(events):
    return sum(
        one["type"] == "E3C" and one["candidats_inscrits"] > 0 for event in events for one in event["data"]["epreuves"]
    )


def test_the_same_closings_are_made_every_time():
    assert [line(one) for one in closings("2020-E3C1", "10")] == [line(one) for one in closings("2020-E3C1", "10")]


def test_the_national_set_has_every_lycee_and_about_the_missions_of_the_real_session():
    national = list(closings("2020-E3C1", None))
    assert len(national) == 2_525
    assert 18_000 < missions(national) < 18_600
    assert all(uai.valid(event["subject"]) for event in national)
    assert len(of_events(national)) == 2_525


def test_corsica_and_overseas_are_in_it():
    academies = Counter(event["data"]["etablissement"]["academie"] for event in closings("2020-E3C1", None))
    assert {"27", "28", "31", "32", "33", "43"} <= set(academies)


def test_the_second_session_adds_the_specialites_given_up_and_the_technological_series():
    first, second = list(closings("2020-E3C1", "10")), list(closings("2020-E3C2", "10"))
    codes = {one["code"] for event in second for one in event["data"]["epreuves"]}
    assert {"HLP", "ENSSCI", "STMG-SGN", "ARTS-ARTPLA"} <= codes
    assert missions(second) > missions(first)


def test_teachers_are_the_same_every_time_with_numbers_of_their_own_and_reserved_addresses():
    assert teachers(closing.state for closing in SAMPLE) == PEOPLE
    assert len({one.numero for one in PEOPLE}) == len(PEOPLE)
    assert all(one.courriel.endswith(".invalid") for one in PEOPLE)


def test_every_mission_finds_a_teacher_for_each_35_copies_in_its_own_lycee():
    held = Counter((one.uai, one.disciplines[0]) for one in PEOPLE)
    for closing in SAMPLE:
        for epreuve in closing.state.epreuves:
            for discipline in disciplines_of(epreuve.code):
                assert held[closing.uai, discipline] * COPIES_PER_TEACHER >= epreuve.candidats_inscrits


def test_some_teachers_have_a_second_post_and_some_are_namesakes():
    assert any(one.uais_secondaires for one in PEOPLE)
    assert max(Counter((one.nom, one.prenom) for one in PEOPLE).values()) > 1


def test_invented_etablissements_for_the_bench_have_valid_uais():
    made = list(synthetic(50, 3))
    assert len(of_events(made)) == 50
    assert json.loads(line(made[0]))["data"]["epreuves"][0]["candidats_inscrits"] == 30
