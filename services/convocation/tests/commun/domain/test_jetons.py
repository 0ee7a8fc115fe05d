"""Sealed names: each use has its own seals, one spelling, and what was printed stays valid (R24)."""

from base64 import urlsafe_b64decode
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from acces.cles import Cles
from convocation.commun.jetons import (
    Lien,
    empreinte,
    fin_du_lien,
    make_calendrier,
    make_lien,
    make_verification,
    read_calendrier,
    read_lien,
    read_verification,
    same_address,
)

KEY, NEW = "key-of-the-tests-" * 3, "drawn-after-the-print-" * 2
CLES, AUTRES = Cles([KEY]), Cles(["another-key-of-tests-" * 2])
UNE = UUID("7f3a22c9-0000-5000-8000-00000000abcd")
NOW, FIN = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
PRINTED, PRINTED_UNDER = "fzoiyQAAUACAAAAAAACrzQAAAAOIsJwcY9Ygb0zqUcw", "k" * 40
LIEN = Lien(UNE, 2, empreinte("elodie@ac-exemple.invalid", CLES))
TOKENS = {
    "verification": make_verification(UNE, 3, CLES),
    "lien": make_lien(LIEN, FIN, CLES),
    "calendrier": make_calendrier(UNE, CLES),
}
READ = {
    "verification": lambda token, cles=CLES: read_verification(token, cles),
    "lien": lambda token, cles=CLES: read_lien(token, cles, NOW),
    "calendrier": lambda token, cles=CLES: read_calendrier(token, cles),
}


def test_r24_a_code_printed_under_the_one_key_of_all_purposes_is_read_once_that_key_is_an_old_one():
    rotated = Cles([NEW, PRINTED_UNDER])
    assert read_verification(PRINTED, rotated) == (UNE, 3)
    assert make_verification(UNE, 3, Cles([PRINTED_UNDER])) == PRINTED
    assert make_verification(UNE, 3, rotated) == make_verification(UNE, 3, Cles([NEW])) != PRINTED
    assert read_verification(PRINTED, Cles([NEW])) is None


@pytest.mark.parametrize("use", TOKENS)
def test_a_rotation_ends_no_token_and_a_key_that_is_dropped_ends_its_own(use):
    assert READ[use](TOKENS[use], Cles([NEW, KEY])) == READ[use](TOKENS[use])
    assert READ[use](TOKENS[use], Cles([NEW])) is None


@pytest.mark.parametrize("use", TOKENS)
def test_a_token_is_read_by_its_use_alone_and_with_its_keys_alone(use):
    found = {other for other, read in READ.items() if read(TOKENS[use]) is not None}
    assert found == {use}
    assert READ[use](TOKENS[use], AUTRES) is None


@pytest.mark.parametrize("use", TOKENS)
def test_no_change_of_one_bit_and_no_other_spelling_is_read(use):
    token = TOKENS[use]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for place in range(len(token)):
        for letter in alphabet.replace(token[place], ""):
            assert READ[use](token[:place] + letter + token[place + 1 :]) is None
    for other in (
        f"{token}=",
        f"{token}==",
        f" {token}",
        f"{token}\n",
        f"{token[:9]}!{token[9:]}",
        token[:-1],
        "",
        "é",
    ):
        assert READ[use](other) is None


def test_the_seals_of_what_is_not_printed_are_of_16_bytes():
    sizes = {use: len(urlsafe_b64decode(token + "=" * (-len(token) % 4))) for use, token in TOKENS.items()}
    assert sizes == {"verification": 20 + 12, "lien": 36 + 16, "calendrier": 16 + 16}
    assert len(TOKENS["lien"]) == 70


def test_a_link_bears_its_person_the_count_of_her_losses_and_her_address_in_no_readable_form():
    assert read_lien(TOKENS["lien"], CLES, NOW) == LIEN
    assert read_lien(TOKENS["lien"], CLES, FIN) is None
    assert b"elodie" not in urlsafe_b64decode(TOKENS["lien"] + "==")


def test_an_address_is_the_same_in_any_case_under_any_key_and_no_other():
    assert same_address(LIEN.adresse, "Elodie@AC-exemple.invalid", Cles([NEW, KEY]))
    assert not same_address(LIEN.adresse, "elodie@ac-exemple.invalid", AUTRES)
    for other in ("elodie@ac-exemple.invali", "elodie.b@ac-exemple.invalid", ""):
        assert not same_address(LIEN.adresse, other, CLES)


@pytest.mark.parametrize(
    ("dates", "zone", "end"),
    [
        ((date(2027, 2, 15), date(2027, 2, 1)), "Europe/Paris", datetime(2027, 3, 17, 23, tzinfo=UTC)),
        ((date(2027, 3, 1),), "Europe/Paris", datetime(2027, 3, 31, 22, tzinfo=UTC)),
        ((date(2027, 2, 15),), "Pacific/Noumea", datetime(2027, 3, 17, 13, tzinfo=UTC)),
    ],
)
def test_a_link_ends_at_the_academies_midnight_after_the_last_day(dates, zone, end):
    assert fin_du_lien(dates, 30, ZoneInfo(zone)) == end


def test_the_last_date_there_is_has_an_end_too():
    fin = fin_du_lien((date.max,), 30, ZoneInfo("Pacific/Tahiti"))
    assert read_lien(make_lien(LIEN, fin, CLES), CLES, NOW) == LIEN


@pytest.mark.parametrize("day", [date(27, 2, 15), date(1969, 11, 1), date(1, 1, 1)], ids=str)
def test_a_date_mistyped_before_1970_gives_a_link_that_is_over(day):
    token = make_lien(LIEN, fin_du_lien((day,), 30, ZoneInfo("Europe/Paris")), CLES)
    assert read_lien(token, CLES, NOW) is None
