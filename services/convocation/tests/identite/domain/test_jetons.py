"""Whatever is posted as a token: it is believed or refused, and nothing else happens."""

import contextlib
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import KeySet, RSAKey

from convocation.identite.jetons import BadToken, Emetteur, read_id_token, read_logout_token, read_userinfo

KEY = RSAKey.generate_key(auto_kid=True)
OURS = Emetteur("https://fim.invalid", "imagin")
NOW = datetime(2026, 11, 28, 8, tzinfo=UTC)
READERS = {
    "id_token": lambda token, keys: read_id_token(token, keys, OURS, nonce="n", access_token="a", now=NOW),
    "userinfo": lambda token, keys: read_userinfo(token, keys, OURS, now=NOW),
    "logout_token": lambda token, keys: read_logout_token(token, keys, OURS, now=NOW),
}
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=6,
)
_HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "alg": st.sampled_from(["RS256", "ES256", "none"]) | _VALUES,
        "kid": st.just(KEY.kid) | _VALUES,
        **dict.fromkeys(("typ", "crit", "b64", "jwk", "jku", "x5c", "zip", "enc"), _VALUES),
    },
)
_CLAIM = st.sampled_from("iss sub aud exp iat nbf jti nonce azp at_hash amr acr auth_time sid events".split())  # noqa: SIM905


def b64(text):
    return urlsafe_b64encode(text).decode().rstrip("=")


def only_refused(token):
    for read in READERS.values():
        with pytest.raises(BadToken):
            read(token, KeySet([KEY]))


@given(st.text(max_size=60) | st.lists(st.text(max_size=20), max_size=6).map(".".join))
def test_any_text_is_refused_without_another_error(token):
    only_refused(token)


@given(_HEADERS | _VALUES, st.binary(max_size=40), st.binary(max_size=40))
def test_any_header_is_refused_without_another_error(header, payload, signature):
    only_refused(f"{b64(json.dumps(header).encode())}.{b64(payload)}.{b64(signature)}")


@given(st.dictionaries(_CLAIM, _VALUES, min_size=1, max_size=3), st.sampled_from(["JWT", "logout+jwt"]))
def test_any_claims_that_the_provider_signs_are_believed_or_refused_and_nothing_else(claims, typ):
    at = int(NOW.timestamp())
    good = {"iss": OURS.issuer, "aud": OURS.client_id, "iat": at, "exp": at + 60, "sub": "c", "nonce": "n", "jti": "j"}
    token = jwt.encode({"alg": "RS256", "kid": KEY.kid, "typ": typ}, good | claims, KEY)
    for read in READERS.values():
        with contextlib.suppress(BadToken):
            read(token, KeySet([KEY]))


@pytest.mark.parametrize(
    "token",
    [
        "\ud800.a.b",
        jws.serialize_compact({"alg": "RS256", "kid": KEY.kid}, '{"iss": ' + "[" * 60_000, KEY),
        jws.serialize_compact({"alg": "RS256", "kid": KEY.kid}, b"\xff\xfe", KEY),
        jws.serialize_compact({"alg": "RS256", "kid": KEY.kid}, '{"exp": ' + "9" * 5_000 + "}", KEY),
    ],
    ids=["half a letter", "brackets without end", "no UTF-8", "a number without end"],
)
def test_what_no_parser_likes_is_refused(token):
    only_refused(token)
