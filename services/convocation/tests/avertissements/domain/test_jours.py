"""Days of mission that are to be looked at twice. Pure and fast; the dates are those of the ministry's arrêtés."""

from datetime import date, timedelta

import pytest

from convocation.avertissements.calendrier import calendrier
from convocation.avertissements.domain import Lieu, fin_de_session, sur_les_jours

LYON, NANCY = Lieu("10", "0699001J"), Lieu("12", "0549001F")
AUTOMNE = date(2026, 11, 29)


def told(*jours, lieu=LYON, session="2027-E3C1", aujourdhui=AUTOMNE):
    found = sur_les_jours(calendrier(), jours, lieu, session, aujourdhui)
    return {one.type: one.details for one in found}


def test_a_plain_day_of_school_is_told_nothing_of():
    assert told(date(2027, 2, 2)) == {}


def test_a_sunday_is_named():
    assert told(date(2027, 3, 14)) == {"dimanche": ("dimanche 14 mars 2027",)}


def test_a_public_holiday_is_named_with_its_reason():
    assert told(date(2027, 5, 17)) == {"jour-ferie": ("lundi 17 mai 2027 : Lundi de Pentecôte",)}


def test_a_day_has_every_reason_and_each_reason_its_days_in_order():
    found = told(date(2027, 5, 1), date(2027, 4, 11), date(2027, 3, 28), session="2027-E3C1")
    assert found == {
        "dimanche": ("dimanche 28 mars 2027", "dimanche 11 avril 2027"),
        "jour-ferie": ("samedi 1er mai 2027 : Fête du Travail",),
        "vacances-scolaires": ("dimanche 11 avril 2027 : Vacances de printemps",),
    }


@pytest.mark.parametrize(
    ("academies", "debut", "reprise"),
    [
        (("10", "08", "22"), date(2027, 2, 13), date(2027, 3, 1)),
        (("02", "70", "15"), date(2027, 2, 20), date(2027, 3, 8)),
        (("01", "25", "16"), date(2027, 2, 6), date(2027, 2, 22)),
        (("10", "08", "22"), date(2027, 4, 10), date(2027, 4, 26)),
        (("02", "70", "15"), date(2027, 4, 17), date(2027, 5, 3)),
        (("01", "25", "16"), date(2027, 4, 3), date(2027, 4, 19)),
        (("10", "02", "01"), date(2026, 12, 19), date(2027, 1, 4)),
    ],
)
def test_school_holidays_of_the_zone_are_those_of_the_arrete(academies, debut, reprise):
    one = timedelta(1)
    days = [debut - one, debut, reprise - one, reprise]
    for academie in academies:
        found = ["vacances-scolaires" in told(day, lieu=Lieu(academie, "0000001A")) for day in days]
        assert found == [False, True, True, False]


@pytest.mark.parametrize("academie", ["27", "28", "31", "32", "33", "40", "41", "42", "43", "44"])
def test_corse_and_overseas_decide_their_school_holidays_themselves(academie):
    assert "vacances-scolaires" not in told(date(2027, 4, 13), lieu=Lieu(academie, "0000001A"))


@pytest.mark.parametrize(
    ("lieu", "jour", "nom"),
    [
        (Lieu("15", "0679001X"), date(2027, 3, 26), "Vendredi saint"),
        (Lieu("12", "0579001Y"), date(2028, 12, 26), "Saint-Étienne"),
        (Lieu("28", "9749001Z"), date(2027, 12, 20), "Abolition de l’esclavage"),
        (Lieu("33", "9739001Z"), date(2027, 6, 10), "Abolition de l’esclavage"),
        (Lieu("40", "9889001Z"), date(2027, 9, 24), "Fête de la Citoyenneté"),
    ],
)
def test_a_holiday_of_the_territory_is_told_there_alone(lieu, jour, nom):
    assert told(jour, lieu=lieu)["jour-ferie"][0].endswith(f" : {nom}")
    assert "jour-ferie" not in told(jour)
    assert "jour-ferie" not in told(jour, lieu=NANCY)


def test_a_day_after_the_session_is_told_until_the_session_is_over():
    after = date(2027, 9, 14)
    assert told(after) == {"apres-la-session": ("mardi 14 septembre 2027",)}
    assert told(fin_de_session("2027-E3C1"))["vacances-scolaires"]
    assert "apres-la-session" not in told(fin_de_session("2027-E3C1"))
    assert told(after, aujourdhui=date(2027, 9, 1)) == {}


def test_the_calendar_knows_the_years_that_people_convoke_for():
    years = {day.year for day in calendrier().feries["FR"]}
    assert years == set(range(2026, 2041))
    assert {one.debut.year for one in calendrier().vacances["A"]} == {2026, 2027, 2028}
