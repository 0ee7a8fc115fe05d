"""Tokens that a forger, a careless provider or a replay would bring: not one signs anybody in or out."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from convocation.identite.fournisseur import SignInRefused
from testkit.oidc import Issuer

EVENT = "http://schemas.openid.net/event/backchannel-logout"


def b64(what):
    raw = what if isinstance(what, bytes) else json.dumps(what).encode()
    return urlsafe_b64encode(raw).decode().rstrip("=")


def part(token, number):
    text = token.split(".")[number]
    return json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def changed(**claims):
    """Signed by the provider, with other claims; None takes one away."""
    return lambda issuer, good, _: issuer.sign({k: v for k, v in (good | claims).items() if v is not None})


def shifted(**seconds):
    return lambda issuer, good, _: issuer.sign(good | {name: good[name] + by for name, by in seconds.items()})


def header(**fields):
    return lambda issuer, good, _: issuer.sign(good, **fields)


def unsigned(alg):
    return lambda _, good, __: f"{b64({'alg': alg, 'typ': 'JWT'})}.{b64(good)}."


def by_secret(secret_of):
    """The oldest trick: the public key, or our own secret, as the secret of an HMAC."""

    def forge(issuer, good, _):
        text = f"{b64(part(issuer.sign(good), 0) | {'alg': 'HS256'})}.{b64(good)}"
        return f"{text}.{b64(hmac.digest(secret_of(issuer), text.encode(), 'sha256'))}"

    return forge


def rewritten(**claims):
    """Another payload under the signature of a good one."""

    def forge(issuer, good, _):
        head, _payload, signature = issuer.sign(good).split(".")
        return f"{head}.{b64(good | claims)}.{signature}"

    return forge


def reheaded(**fields):
    """Another header over the signature of a good one."""

    def forge(issuer, good, _):
        token = issuer.sign(good)
        _head, payload, signature = token.split(".")
        return f"{b64(part(token, 0) | fields)}.{payload}.{signature}"

    return forge


def by_foreign_key(**fields):
    return lambda issuer, good, foreign: issuer.sign(good, key=foreign, **fields)


def with_our_kid(issuer, good, foreign):
    return issuer.sign(good, key=foreign, kid=issuer.keys[0].kid)


def with_its_own_key_inside(issuer, good, foreign):
    return issuer.sign(good, key=foreign, kid=issuer.keys[0].kid, jwk=foreign.as_dict(private=False))


SIGNED = {
    "signed by nobody": unsigned("none"),
    "signed by nobody, spelled otherwise": unsigned("nOnE"),
    "an algorithm without a signature": unsigned("RS256"),
    "signed with the public key as a secret": by_secret(lambda issuer: issuer.keys[0].as_pem()),
    "signed with our client secret": by_secret(lambda issuer: issuer.client_secret.encode()),
    "signed by a foreign key": by_foreign_key(),
    "signed by a foreign key under the kid of the provider": with_our_kid,
    "signed by the key that it brings along": with_its_own_key_inside,
    "signed by a key at an address that it brings along": by_foreign_key(jku="https://ailleurs.invalid/jwks"),
    "the kid of a file": by_foreign_key(kid="../../../../dev/null"),
    "an algorithm that we do not take": header(alg="RS512"),
    "a header that must be understood and is not": reheaded(crit=["exp"]),
    "a header that says another algorithm": reheaded(alg="ES256"),
    "a header without an algorithm": reheaded(alg=None),
    "an algorithm that is no text": reheaded(alg=["RS256"]),
    "another person in the payload": rewritten(sub="quelqu.un"),
    "another client in the payload": rewritten(aud="autre"),
    "from another issuer": changed(iss="https://ailleurs.invalid"),
    "from this issuer with a slash": lambda issuer, good, _: issuer.sign(good | {"iss": issuer.url + "/"}),
    "from nobody": changed(iss=None),
    "for another client": changed(aud="autre"),
    "for several, not us": changed(aud=["autre", "encore"]),
    "for nobody": changed(aud=None),
    "for an empty list": changed(aud=[]),
    "for a number": changed(aud=7),
    "for our name in capitals": changed(aud="IMAGIN"),
    "not a token": lambda *_: "jeton",
    "an empty text": lambda *_: "",
    "two parts": lambda issuer, good, _: issuer.sign(good).rpartition(".")[0],
    "five parts": lambda issuer, good, _: issuer.sign(good) + ".a.b",
    "one letter of the signature": lambda issuer, good, _: issuer.sign(good)[:-9] + "AAAAAAAAA",
    "no JSON inside": lambda issuer, *_: f"{b64({'alg': 'RS256', 'kid': issuer.keys[0].kid})}.{b64(b'non')}.AAAA",
    "letters that are no base64": lambda issuer, good, _: issuer.sign(good).replace(".", ".é", 1),
    "too much of it": lambda issuer, good, _: issuer.sign(good | {"x": "x" * 200_000}),
}
ID_TOKENS = SIGNED | {
    "over": shifted(iat=-900, exp=-900),
    "over since a minute": lambda issuer, good, _: issuer.sign(good | {"exp": good["iat"] - 60}),
    "without an end": changed(exp=None),
    "an end that is no number": changed(exp="demain"),
    "an end at infinity": changed(exp=float("inf")),
    "an end that is true": changed(exp=True),
    "from the future": shifted(iat=600),
    "without a beginning": changed(iat=None),
    "not yet": lambda issuer, good, _: issuer.sign(good | {"nbf": good["iat"] + 600}),
    "for a request that was never made": changed(nonce="un-autre-nonce"),
    "for no request": changed(nonce=None),
    "an empty nonce": changed(nonce=""),
    "a nonce that is a list": lambda issuer, good, _: issuer.sign(good | {"nonce": [good["nonce"]]}),
    "of nobody": changed(sub=None),
    "of an empty name": changed(sub=""),
    "of a number": changed(sub=7),
    "of a name without end": changed(sub="c" * 256),
    "of a name with a control letter": changed(sub="c.essai\n"),
    "for us and another, who asked": changed(aud=["imagin", "autre"], azp="autre"),
    "for us and another, nobody says who asked": changed(aud=["imagin", "autre"]),
    "asked by another": changed(azp="autre"),
    "beside another access token": changed(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "beside an access token that is a number": changed(at_hash=7),
    "methods that are a text": changed(amr="mfa"),
    "a time of signing in that is a text": changed(auth_time="hier"),
    "a session that is a number": changed(sid=7),
    "a logout token": header(typ="logout+jwt"),
    "an access token": header(typ="at+jwt"),
}


@pytest.mark.parametrize("forge", ID_TOKENS.values(), ids=ID_TOKENS.keys())
async def test_no_forged_or_stale_id_token_signs_anybody_in(issuer, gateway, sign_in, foreign, forge):
    fournisseur = gateway()
    issuer.id_token = lambda good: forge(issuer, good, foreign)
    with pytest.raises(SignInRefused, match="id_token"):
        await sign_in(fournisseur)
    issuer.id_token = None
    assert (await sign_in(fournisseur)).sub == "c.essai"


async def test_an_id_token_for_several_that_we_asked_for_is_good(issuer, gateway, sign_in):
    issuer.id_token = lambda good: issuer.sign(good | {"aud": ["autre", "imagin"], "azp": "imagin"})
    assert (await sign_in(gateway())).sub == "c.essai"


async def test_yesterdays_id_token_is_good_for_no_sign_in_of_today(issuer, gateway, sign_in):
    fournisseur = gateway()
    before = await sign_in(fournisseur)
    issuer.id_token = lambda _: before.id_token
    with pytest.raises(SignInRefused, match="nonce"):
        await sign_in(fournisseur)


USERINFO = SIGNED | {
    "of nobody": changed(sub=None),
    "of another": changed(sub="quelqu.un"),
    "of a list": changed(sub=["c.essai"]),
    "over": shifted(iat=-900, exp=-900),
    "not yet": lambda issuer, good, _: issuer.sign(good | {"nbf": good["iat"] + 600}),
    "a logout token": header(typ="logout+jwt"),
}


@pytest.mark.parametrize("forge", USERINFO.values(), ids=USERINFO.keys())
async def test_no_forged_answer_about_a_person_is_believed(issuer, gateway, sign_in, foreign, forge):
    fournisseur = gateway()
    issuer.userinfo = lambda good: forge(issuer, good, foreign)
    with pytest.raises(SignInRefused, match="userinfo"):
        await sign_in(fournisseur)
    issuer.userinfo = issuer.sign
    assert (await sign_in(fournisseur)).sub == "c.essai"


def typed(forge):
    """The same forgery with the type of a logout token, so that it is not the type that gives it away."""

    def make(issuer, good, foreign):
        class Typed(Issuer):
            def sign(self, claims, *, key=None, **fields):
                return super().sign(claims, key=key, **{"typ": "logout+jwt"} | fields)

        return forge(Typed(issuer.client_id, issuer.client_secret, issuer.keys, port=issuer.port), good, foreign)

    return make


LOGOUT_TOKENS = {name: typed(forge) for name, forge in SIGNED.items()} | {
    "of no type": header(typ=None),
    "a plain token": header(typ="JWT"),
    "an access token": header(typ="at+jwt"),
    "over": typed(shifted(iat=-200, exp=-200)),
    "without an end": typed(changed(exp=None)),
    "without a beginning": typed(changed(iat=None)),
    "from the future": typed(shifted(iat=600, exp=600)),
    "old, whatever its end": typed(lambda issuer, good, _: issuer.sign(good | {"iat": good["iat"] - 400})),
    "without a name of its own": typed(changed(jti=None)),
    "a name of its own that is a number": typed(changed(jti=7)),
    "of no event": typed(changed(events=None)),
    "of a list of events": typed(changed(events=[EVENT])),
    "of another event": typed(changed(events={"http://schemas.openid.net/event/autre": {}})),
    "of an event that is a text": typed(changed(events={EVENT: "oui"})),
    "with a nonce": typed(changed(nonce="n")),
    "with an empty nonce": typed(changed(nonce="")),
    "of nobody and no session": typed(changed(sub=None, sid=None)),
    "of a person that is a number": typed(changed(sub=7)),
    "of a session that is a list": typed(changed(sid=["s-1"])),
    "of an empty session": typed(changed(sub=None, sid="")),
}


@pytest.mark.parametrize("forge", LOGOUT_TOKENS.values(), ids=LOGOUT_TOKENS.keys())
async def test_no_forged_logout_token_ends_a_session(issuer, gateway, foreign, forge):
    fournisseur = gateway()
    good = part(issuer.logout_token(sub="c.essai", sid="s-1"), 1)
    with pytest.raises(SignInRefused, match="logout_token"):
        await fournisseur.logout(forge(issuer, good, foreign))
    assert (await fournisseur.logout(issuer.sign(good, typ="logout+jwt"))).sub == "c.essai"


async def test_an_id_token_ends_no_session_and_a_logout_token_signs_nobody_in(issuer, gateway, sign_in):
    fournisseur = gateway()
    identite = await sign_in(fournisseur)
    with pytest.raises(SignInRefused, match="typ"):
        await fournisseur.logout(identite.id_token)
    issuer.id_token = lambda good: issuer.sign(good | {"jti": "un", "events": {EVENT: {}}}, typ="logout+jwt")
    with pytest.raises(SignInRefused, match="typ"):
        await sign_in(fournisseur)


def test_there_are_twenty_five_kinds_of_forgery_at_least_of_each_token():
    assert min(len(one) for one in (ID_TOKENS, USERINFO, LOGOUT_TOKENS)) >= 25
