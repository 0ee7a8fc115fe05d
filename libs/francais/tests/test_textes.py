"""What a text that people typed may hold."""

import pytest

from francais.textes import fins_de_ligne, formule, lisible, montre, visible


@pytest.mark.parametrize(
    "texte",
    [
        "Élodie Bœuf",
        "N’DIAYE",
        "D'ALMEIDA",
        "TRƯƠNG Hương",
        "ƏLIYEVA",
        "Jean\u00a0Noël",
        "Łukasz",
        "e\u0301",
        "€ 1/2 ½",
        "",
    ],
)
def test_what_people_write_is_readable(texte):
    assert lisible(texte)
    assert montre(texte) == texte


@pytest.mark.parametrize(
    "lettre",
    [
        *"\x00\t\n\x1f\x7f\x85\u00ad\u200b\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u2060\u2066\u2069\ufeff\ufffd\ud800\ue000"
    ],
    ids=ascii,
)
def test_a_letter_that_nobody_sees_or_that_moves_others_or_was_lost_is_not(lettre):
    assert not lisible(f"DU{lettre}PONT")
    assert montre(f"DU{lettre}PONT") == "DU?PONT"


def test_what_is_pasted_keeps_its_lines_and_loses_what_nobody_sees():
    assert visible("Salle\u00a012\u200b\r\n\t\u202eÀ 14 h\x00\u00ad\ufffd") == "Salle\u00a012\r\n\tÀ 14 h"
    assert visible("Salle 12\ufffd") == "Salle 12"
    assert visible("Salle 12") == "Salle 12"


@pytest.mark.parametrize(
    ("texte", "is_one"), [("=1+1", True), (" -2", True), ("@SOMME(A1)", True), ("A=1", False), ("", False)]
)
def test_a_formula_is_known_by_its_first_sign(texte, is_one):
    assert formule(texte) is is_one


def test_a_line_ends_by_one_letter_whatever_wrote_it():
    assert fins_de_ligne("a\r\nb\rc\nd\r\n\r\n") == "a\nb\nc\nd\n\n"
