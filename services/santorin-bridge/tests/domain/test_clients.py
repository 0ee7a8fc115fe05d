"""Clients and the verifiers of their secrets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from santorin_bridge.domain.clients import is_client, read_clients, verifier

ONE, OTHER, THIRD = "secret-ancien", "secret-nouveau", "secret-de-recette"
CLIENTS = {"santorin": (verifier(ONE), verifier(OTHER)), "recette": (verifier(THIRD),)}
V = verifier(ONE)


def test_a_secret_that_is_being_replaced_and_the_next_both_open():
    assert is_client(CLIENTS, "santorin", ONE)
    assert is_client(CLIENTS, "santorin", OTHER)


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [
        ("santorin", ""),
        ("santorin", THIRD),
        ("santorin", ONE[:-1]),
        ("santorin", V),  # who has read the setting has no secret
        ("recette", ONE),
        ("inconnu", ONE),
        ("", ""),
        ("inconnu", "sha256:" + "-" * 64),
    ],
)
def test_nothing_else_opens(client_id, secret):
    assert not is_client(CLIENTS, client_id, secret)


@given(st.text(), st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_refused_without_an_error(client_id, secret):
    assert not is_client(CLIENTS, client_id, secret)


def test_known_or_not_right_or_not_the_same_comparisons_are_made(monkeypatch):
    compared = []

    def compare(one, other):
        compared[-1].append((len(one), len(other)))
        return one == other

    monkeypatch.setattr("santorin_bridge.domain.clients.compare_digest", compare)
    for client_id, secret in (("santorin", ONE), ("santorin", "x"), ("recette", THIRD), ("inconnu", "x")):
        compared.append([])
        is_client(CLIENTS, client_id, secret)
    assert compared == [[(71, 71), (71, 71)]] * 4


def test_the_setting_is_read_as_it_is_written():
    assert read_clients(f'{{"santorin": ["{V}"]}}') == {"santorin": (V,)}
    assert read_clients("{}") == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '"x"',
        "{",
        f'{{"santorin": "{V}"}}',
        '{"santorin": []}',
        f'{{"santorin": ["{V}", "{V}", "{V}"]}}',
        f'{{"santorin": ["{ONE}"]}}',
        f'{{"santorin": ["{V.upper()}"]}}',
        '{"santorin": [1]}',
        f'{{"": ["{V}"]}}',
        f'{{"san torin": ["{V}"]}}',
        f'{{"s:antorin": ["{V}"]}}',
        f'{{"santorin": ["{V}"], "santorin": ["{V}"]}}',
    ],
)
def test_a_setting_that_is_wrong_is_refused_and_not_quoted(text):
    with pytest.raises(ValueError) as refused:
        read_clients(text)
    assert ONE not in str(refused.value)
    assert V not in str(refused.value)
