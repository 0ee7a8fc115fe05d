"""The vector of identity: what is good is read whole, what is damaged is told and gives nothing."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convocation.identite.vecteur import ATTRIBUTS, Vecteur, lire

HERE = Path(__file__).parent
GOOD = json.loads((HERE / "vecteurs_bons.json").read_text(encoding="utf-8"))
BAD = json.loads((HERE / "vecteurs_mauvais.json").read_text(encoding="utf-8"))


def told(vecteur):
    """What was read, short enough to be written by hand; what is empty is left out."""
    whole = {
        "fonction": vecteur.fonction_administrative,
        "responsabilites": [f"{one.uai} {one.secteur} {one.nature}" for one in vecteur.responsabilites],
        "exercices": [f"{one.uai} {one.secteur} {one.fonction} {one.nature}" for one in vecteur.exercices],
        "delegations": [
            f"{one.application} {one.debut} {one.fin} {one.delegant} " + ",".join(r.uai for r in one.responsabilites)
            for one in vecteur.delegations
        ],
        "gestions": [f"{one.debut} {one.fin} {one.code}${one.application}" for one in vecteur.gestions],
        "groupes": list(vecteur.groupes),
        "titre": vecteur.titre,
        "rne": vecteur.rne,
        "academie": vecteur.academie,
    }
    return {name: value for name, value in whole.items() if value}


def names(cases):
    return [one["nom"] for one in cases]


@pytest.mark.parametrize("case", GOOD, ids=names(GOOD))
def test_a_good_vector_is_read_whole(case):
    vecteur = lire(case["claims"])
    assert told(vecteur) == case["attendu"]
    assert vecteur.defauts == ()


@pytest.mark.parametrize("case", BAD, ids=names(BAD))
def test_a_damaged_value_is_told_and_gives_nothing(case):
    vecteur = lire(case["claims"])
    assert told(vecteur) == case["attendu"]
    assert [(one.attribut, one.rang) for one in vecteur.defauts] == [(name, rang) for name, rang, _ in case["defauts"]]
    for one, (_, _, reason) in zip(vecteur.defauts, case["defauts"], strict=True):
        assert reason in one.raison


def test_there_are_thirty_good_and_thirty_bad_vectors_at_least():
    assert len(GOOD) >= 30
    assert len(BAD) >= 30


def test_a_claim_with_too_many_values_gives_none_of_them():
    vecteur = lire({"ctgrps": [f"GRP_{n}" for n in range(501)]})
    assert vecteur.groupes == ()
    assert [str(one) for one in vecteur.defauts] == ["ctgrps, valeur 501 : plus de 500 valeurs"]
    assert len(lire({"ctgrps": [f"GRP_{n}" for n in range(500)]}).groupes) == 500


_PIECES = st.sampled_from(
    [
        *[
            "0699001J",
            "UAJ",
            "PU",
            "LYC",
            "DIR",
            "X",
            "imagin",
            "01/09/2026",
            "31/12/9999",
            "FrEduRneResp=",
            "$",
            "|",
            ";",
            "010",
            "805$IMAGIN",
            "\u202e",
            "é",
        ],
        "/redirect.jsp?applicationname=imagin",
        "0699001J$UAJ$PU$N$T3$LYC$300",
        "",
    ]
)
_TEXTS = st.lists(_PIECES, max_size=20).map("".join) | st.text(max_size=30)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(sorted(ATTRIBUTS)) | _TEXTS, _VALUES, max_size=9))
def test_any_claims_become_a_vector_and_each_value_is_read_or_told(claims):
    vecteur = lire(claims)
    for name, count in (
        ("FrEduRneResp", len(vecteur.responsabilites)),
        ("ctgrps", len(vecteur.groupes)),
        ("FrEduResDel", len(vecteur.delegations)),
    ):
        value = claims.get(name)
        values = value if isinstance(value, list) else [value]
        said = {one for one in map(repr, values) if one not in {"None", "''", "'X'"}}
        assert count + sum(one.attribut == name for one in vecteur.defauts) >= len(said)
    assert all(one.raison and one.rang >= 1 for one in vecteur.defauts)


@given(st.permutations(GOOD).map(lambda cases: cases[:4]))
def test_claims_say_the_same_in_any_order_and_a_vector_is_a_value(cases):
    claims = {name: value for case in cases for name, value in case["claims"].items()}
    assert lire(claims) == lire(dict(reversed(claims.items())))
    assert hash(lire(claims)) == hash(lire(claims))


def test_every_claim_that_is_read_is_one_of_the_vectors():
    class Asked(dict):
        def get(self, name, default=None):
            self[name] = None
            return default

    asked = Asked()
    lire(asked)
    assert set(asked) == ATTRIBUTS


def test_no_claims_are_an_empty_vector():
    assert lire({}) == Vecteur()
