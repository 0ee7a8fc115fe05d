"""Tokens of the release before: one secret of all services."""

from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from acces.acteur import Acteur, InvalidToken, Role
from acces.cle_partagee import SharedKey

KEY = "k" * 32
SHARED = SharedKey(KEY)
NOW = datetime(2020, 1, 15, 10, tzinfo=UTC)
CHEF = Acteur("chef-1", Role.CHEF, "Nom", frozenset({"0699001A"}), frozenset({"10"}))


def test_a_token_carries_the_acteur_whole():
    assert SHARED.read(SHARED.mint(CHEF, audience="convocation", now=NOW, hours=1), now=NOW) == CHEF


@pytest.mark.parametrize("role", [Role.NOTIFIER, Role.PONT, Role.EXPLOITATION])
def test_the_release_before_knows_one_role_of_all_our_services(role):
    token = SHARED.mint(Acteur("x", role), audience="convocation", now=NOW, hours=1)
    assert SHARED.read(token, now=NOW).role is Role.SERVICE


def _claims(**changes):
    claims = {"aud": "imagin", "sub": "x", "role": "chef", "nom": "", "uais": [], "academies": [], "exp": 9_999_999_999}
    return {name: value for name, value in (claims | changes).items() if value is not None}


FORGED = {
    "other key": SharedKey("z" * 32).mint(CHEF, audience="convocation", now=NOW, hours=1),
    "expired": SHARED.mint(CHEF, audience="convocation", now=NOW - timedelta(hours=2), hours=1),
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
def test_a_token_of_the_shared_key_that_is_forged_or_stale_is_refused(name):
    with pytest.raises(InvalidToken):
        SHARED.read(FORGED[name], now=NOW)
