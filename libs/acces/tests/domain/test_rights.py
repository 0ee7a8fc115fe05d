"""Tokens and policy: refused unless written."""

from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from acces.acteur import Acteur, InvalidToken, Role, mint, read
from acces.policy import Forbidden, Policy, Scope

KEY = "k" * 32
NOW = datetime(2020, 1, 15, 10, tzinfo=UTC)
CHEF = Acteur("chef-1", Role.CHEF, "Nom", frozenset({"0699001A"}), frozenset({"10"}))


def test_a_token_carries_the_acteur_whole():
    assert read(mint(CHEF, KEY, now=NOW, hours=1), KEY, now=NOW) == CHEF


def _claims(**changes):
    claims = {"aud": "imagin", "sub": "x", "role": "chef", "nom": "", "uais": [], "academies": [], "exp": 9_999_999_999}
    return {name: value for name, value in (claims | changes).items() if value is not None}


FORGED = {
    "other key": mint(CHEF, "z" * 32, now=NOW, hours=1),
    "expired": mint(CHEF, KEY, now=NOW - timedelta(hours=2), hours=1),
    "garbage": "abc.def.ghi",
    "empty": "",
    "algorithm none": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
    "other audience": jwt.encode({"alg": "HS256"}, _claims(aud="autre"), OctKey.import_key(KEY)),
    "no end": jwt.encode({"alg": "HS256"}, _claims(exp=None), OctKey.import_key(KEY)),
    "unknown role": jwt.encode({"alg": "HS256"}, _claims(role="roi"), OctKey.import_key(KEY)),
    "HS512": jwt.encode({"alg": "HS512"}, _claims(), OctKey.import_key(KEY * 2), algorithms=["HS512"]),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FORGED)
def test_a_forged_or_stale_token_is_refused(name):
    with pytest.raises(InvalidToken):
        read(FORGED[name], KEY, now=NOW)


POLICY = Policy(
    {
        "convoquer": {Role.CHEF: Scope.ETABLISSEMENT, Role.ADMINISTRATEUR: Scope.TOUT},
        "annuaire": {Role.GESTIONNAIRE: Scope.ACADEMIE},
        "voir": {Role.INTERVENANT: Scope.SOI},
    }
)


def test_what_is_not_written_is_denied():
    for action in ("inconnue", "annuaire"):
        with pytest.raises(Forbidden):
            POLICY.authorise(CHEF, action, uai="0699001A", academie="10")


def test_a_right_reaches_the_own_etablissement_and_no_other():
    POLICY.authorise(CHEF, "convoquer", uai="0699001A")
    for uai in ("0699002B", None):
        with pytest.raises(Forbidden):
            POLICY.authorise(CHEF, "convoquer", uai=uai)


def test_an_intervenant_reaches_only_himself():
    someone = Acteur("100", Role.INTERVENANT)
    POLICY.authorise(someone, "voir", intervenant="100")
    with pytest.raises(Forbidden):
        POLICY.authorise(someone, "voir", intervenant="101")
