"""Sealed names: each use has its own seals, one spelling, and what was printed stays valid (R24)."""

from base64 import urlsafe_b64decode
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from convocation.commun.jetons import (
    fin_du_lien,
    make_calendrier,
    make_lien,
    make_verification,
    read_calendrier,
    read_lien,
    read_verification,
)

KEY = "key-of-the-tests-" * 3
UNE = UUID("7f3a22c9-0000-5000-8000-00000000abcd")
NOW, FIN = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
PRINTED = "fzoiyQAAUACAAAAAAACrzQAAAAOIsJwcY9Ygb0zqUcw"
TOKENS = {
    "verification": make_verification(UNE, 3, KEY),
    "lien": make_lien(UNE, FIN, KEY),
    "calendrier": make_calendrier(UNE, KEY),
}
READ = {
    "verification": lambda token, key=KEY: read_verification(token, key),
    "lien": lambda token, key=KEY: read_lien(token, key, NOW),
    "calendrier": lambda token, key=KEY: read_calendrier(token, key),
}


def test_r24_a_code_printed_before_the_other_uses_came_is_still_read():
    assert READ["verification"](PRINTED) == (UNE, 3)
    assert TOKENS["verification"] == PRINTED


@pytest.mark.parametrize("use", TOKENS)
def test_a_token_is_read_by_its_use_alone_and_with_its_secret_alone(use):
    found = {other for other, read in READ.items() if read(TOKENS[use]) is not None}
    assert found == {use}
    assert READ[use](TOKENS[use], "another-key-of-tests-" * 2) is None


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


def test_the_new_seals_are_of_16_bytes():
    sizes = {use: len(urlsafe_b64decode(token + "=" * (-len(token) % 4))) for use, token in TOKENS.items()}
    assert sizes == {"verification": 20 + 12, "lien": 24 + 16, "calendrier": 16 + 16}


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
    assert read_lien(make_lien(UNE, fin, KEY), KEY, NOW) == UNE


@pytest.mark.parametrize("day", [date(27, 2, 15), date(1969, 11, 1), date(1, 1, 1)], ids=str)
def test_a_date_mistyped_before_1970_gives_a_link_that_is_over(day):
    token = make_lien(UNE, fin_du_lien((day,), 30, ZoneInfo("Europe/Paris")), KEY)
    assert read_lien(token, KEY, NOW) is None
