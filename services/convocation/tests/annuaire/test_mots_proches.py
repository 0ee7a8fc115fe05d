"""Names one letter away (R35): every one is thought of, and no other."""

import string

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from convocation.annuaire.domain import mots_proches, voisins

LETTERS = string.ascii_uppercase + string.digits
WORDS = st.text(LETTERS, min_size=4, max_size=8)


@given(WORDS, st.data())
def test_every_word_one_letter_away_is_a_neighbour(word, data):
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from(LETTERS))
    head, tail = word[:place], word[place:]
    changed = {head + letter + tail, word + letter, head + letter + tail[1:], head + tail[1:]}
    changed |= {head + tail[1] + tail[0] + tail[2:]} if len(tail) > 1 else set()
    assert changed - {word} <= voisins(word)


@given(WORDS)
def test_a_neighbour_is_one_letter_away(word):
    assert {OSA.distance(word, other) for other in voisins(word)} == {1}


def test_a_short_word_has_none():
    assert voisins("LEE") == set()


def test_who_is_begun_stays_the_others_get_the_first_near_one_and_without_it_nobody_is_meant():
    assert mots_proches(["DUP", "MARTIM"], {"DUP"}, ["LUCAS", "MARTIN", "MARTINM"]) == ["DUP", "MARTIN"]
    assert mots_proches(["DUP", "ZZZZ"], {"DUP"}, ["MARTIN"]) == []
