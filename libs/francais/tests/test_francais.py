"""What a reader sees must not change by a byte when Babel or its CLDR data does."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from francais import accord, date_longue, dates_longues, de, enumeration, moment, nombre, pluriel

JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MOIS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def test_dates_are_written_in_full():
    assert date_longue(date(2027, 2, 15)) == "lundi 15 février 2027"
    assert date_longue(date(2027, 6, 1)) == "mardi 1er juin 2027"
    days = [date(2027, 8, day) for day in (1, 2, 31)]
    assert dates_longues(days) == "dimanche 1er août 2027, lundi 2 août 2027 et mardi 31 août 2027"
    assert dates_longues(days[:2]) == "dimanche 1er août 2027 et lundi 2 août 2027"
    assert (dates_longues(days[:1]), dates_longues([])) == ("dimanche 1er août 2027", "")
    assert dates_longues(days[:2], "le ") == "le dimanche 1er août 2027 et le lundi 2 août 2027"


def test_every_day_of_two_years_is_written_with_these_words():
    for number in range(731):
        day = date(2027, 1, 1) + timedelta(number)
        quantieme = "1er" if day.day == 1 else str(day.day)
        assert date_longue(day) == f"{JOURS[day.weekday()]} {quantieme} {MOIS[day.month - 1]} {day.year}"


def test_an_hour_is_written_without_a_zero_and_its_minutes_with_one():
    assert moment(datetime(2027, 2, 15, 8, 5, tzinfo=UTC)) == "lundi 15 février 2027 à 8 h 05"
    assert moment(datetime(2027, 6, 1, 0, 0, 59, tzinfo=UTC)) == "mardi 1er juin 2027 à 0 h 00"
    assert moment(datetime(2027, 6, 2, 23, 59, tzinfo=UTC)) == "mercredi 2 juin 2027 à 23 h 59"


def test_the_zone_of_the_instant_is_kept():
    tahiti = datetime(2027, 2, 15, 6, 5, tzinfo=UTC) - timedelta(hours=10)
    assert moment(tahiti) == "dimanche 14 février 2027 à 20 h 05"


def test_thousands_stand_apart_and_the_plural_begins_at_two():
    assert (nombre(999), nombre(1234), nombre(-1234567.5)) == ("999", "1\u202f234", "\u22121\u202f234\u202f567,5")
    assert nombre(1.23456) == "1,23456"
    counts = [pluriel(n, "personne", "personnes") for n in (0, 1, 2, 1200)]
    assert counts == ["0 personne", "1 personne", "2 personnes", "1\u202f200 personnes"]


@given(st.integers(-(10**18), 10**18))
def test_a_whole_number_is_written_as_babel_writes_it(n):
    assert nombre(n) == format_decimal(n, locale="fr").replace("-", "\u2212")


def test_a_million_is_a_plural_like_another():
    assert pluriel(1_000_000, "personne", "personnes") == "1\u202f000\u202f000 personnes"


@pytest.mark.parametrize(
    ("mots", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a et b"), (["a", "b", "c"], "a, b et c")]
)
def test_a_list_ends_with_et(mots, text):
    assert enumeration(mots) == text


def test_a_participle_agrees_with_the_civilite():
    assert [accord("convoqué", one) for one in ("Mme", "M.", "")] == ["convoquée", "convoqué", "convoqué(e)"]


@pytest.mark.parametrize("locale", ["de_DE.UTF-8", "C", "nonsense"])
def test_the_locale_of_the_process_changes_nothing(locale):
    script = "import datetime, francais as f; print(ascii(f.date_longue(datetime.date(2027, 8, 1)) + f.nombre(1234)))"
    environment = os.environ | {"LANG": locale, "LC_ALL": locale, "LANGUAGE": locale}
    said = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == ascii("dimanche 1er août 2027" + "1\u202f234")


@pytest.mark.parametrize(
    ("nom", "written"),
    [
        ("Lyon", "de Lyon"),
        ("Amiens", "d’Amiens"),
        ("Élodie BŒUF", "d’Élodie BŒUF"),
        ("ŒILLET", "d’ŒILLET"),
        ("HAMIDI", "de HAMIDI"),
        ("Yacine", "de Yacine"),
        ("", "de "),
    ],
)
def test_de_is_elided_before_a_vowel(nom, written):
    assert de(nom) == written
