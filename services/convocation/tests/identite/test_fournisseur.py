"""The gateway against a provider over HTTP: the ways there and back, what is kept, and what is away."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey

from convocation.identite.fournisseur import Depart, ProviderUnavailable, SignInRefused
from convocation.identite.jetons import Fermeture
from convocation.identite.settings import Genre
from convocation.identite.vecteur import ATTRIBUTS
from testkit.oidc import Answer

DISCOVERY, JWKS, TOKEN, USERINFO = "/.well-known/openid-configuration", "/jwks", "/token", "/userinfo"


def asked_of(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


async def test_the_browser_is_sent_with_state_nonce_and_a_challenge(issuer, gateway):
    fournisseur = gateway()
    departs = [await fournisseur.begin(acr=None) for _ in range(2)]
    asked = [asked_of(depart.url) for depart in departs]
    assert asked[0]["response_type"] == "code"
    assert asked[0]["client_id"] == issuer.client_id
    assert asked[0]["redirect_uri"] == "http://imagin.test/connexion/retour/fim"
    assert asked[0]["code_challenge_method"] == "S256"
    assert "acr_values" not in asked[0]
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[0][name]) >= 32
        assert asked[0][name] != asked[1][name]
    assert (asked[0]["state"], asked[0]["nonce"]) == (departs[0].state, departs[0].nonce)
    assert departs[0].verifier not in departs[0].url


async def test_the_person_is_who_the_provider_signed_in(issuer, gateway, sign_in):
    at = datetime(2026, 11, 28, 8, tzinfo=UTC)
    issuer.claims |= {"acr": "eidas2", "amr": ["pwd", "mfa"], "sid": "s-1", "auth_time": int(at.timestamp())}
    identite = await sign_in(gateway())
    assert (identite.issuer, identite.sub, identite.sid) == (issuer.url, "c.essai", "s-1")
    assert (identite.nom, identite.prenom, identite.courriel) == ("ESSAI", "Camille", "c.essai@ac-exemple.invalid")
    assert (identite.acr, identite.amr, identite.auth_time) == ("eidas2", ("pwd", "mfa"), at)
    assert identite.claims["FrEduRneResp"] == ["0699001J$UAJ$PU$N$T3$LYC$300"]
    assert not {"iss", "aud", "exp", "nonce", "at_hash"} & set(identite.claims)
    assert identite.id_token.count(".") == 2


async def test_nothing_secret_is_in_what_a_log_would_show(gateway, sign_in):
    fournisseur = gateway()
    depart, identite = await fournisseur.begin(acr=None), await sign_in(fournisseur)
    assert repr(depart) == "Depart()"
    assert identite.id_token not in repr(identite)
    assert "FrEdu" not in repr(identite)


async def test_fim_is_asked_for_a_strength_by_acr_values(gateway):
    assert asked_of((await gateway().begin(acr="eidas2 eidas3")).url)["acr_values"] == "eidas2 eidas3"


async def test_proconnect_is_asked_by_claims_and_for_nothing_that_it_refuses(gateway):
    fournisseur = gateway(genre=Genre.PROCONNECT, pkce=False)
    plain, strong = [asked_of((await fournisseur.begin(acr=acr)).url) for acr in (None, "eidas2 eidas3")]
    assert set(plain) == {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "claims"}
    assert json.loads(plain["claims"]) == {"id_token": {"amr": {"essential": True}}}
    wanted = {"amr": {"essential": True}, "acr": {"essential": False, "values": ["eidas2", "eidas3"]}}
    assert json.loads(strong["claims"]) == {"id_token": wanted}


async def test_proconnect_signs_its_answer_and_has_other_names_for_a_name(issuer, gateway, sign_in, elliptic):
    issuer.keys, issuer.pkce, issuer.userinfo = [elliptic], False, issuer.sign
    issuer.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    issuer.claims = {"sub": "p-1", "given_name": "Camille Alix", "usual_name": "Essai", "siret": "13002526500013"}
    identite = await sign_in(gateway(genre=Genre.PROCONNECT, pkce=False))
    assert (identite.nom, identite.prenom) == ("Essai", "Camille Alix")
    assert identite.claims["siret"] == "13002526500013"


async def test_only_fim_is_believed_on_who_is_chef_of_what(issuer, gateway, sign_in):
    issuer.claims |= {"ctgrps": ["GRP_IMAGIN_ADMIN"], "title": "DEC", "codaca": "010", "siret": "13002526500013"}
    assert ATTRIBUTS & set((await sign_in(gateway())).claims)
    claims = (await sign_in(gateway(genre=Genre.PROCONNECT))).claims
    assert (ATTRIBUTS & set(claims), claims["siret"]) == (set(), "13002526500013")


async def test_without_an_address_to_ask_the_id_token_says_all(issuer, gateway, sign_in):
    issuer.metadata = {"userinfo_endpoint": None}
    assert (await sign_in(gateway())).nom == "ESSAI"
    assert issuer.asked[USERINFO] == 0


async def test_a_name_is_cleaned_and_an_address_that_nobody_verified_is_none(issuer, gateway, sign_in):
    issuer.claims |= {"family_name": "ES\u202eSAI\n  NOM", "given_name": 7, "email_verified": False}
    identite = await sign_in(gateway())
    assert (identite.nom, identite.prenom, identite.courriel) == ("ESSAI NOM", "", "")


@pytest.mark.parametrize(
    ("told", "genres"),
    [
        ({}, {Genre.FIM}),
        ({"email_verified": False}, set()),
        ({"email_verified": "true"}, {Genre.FIM}),
        ({"email_verified": True}, {Genre.FIM, Genre.PROCONNECT}),
    ],
    ids=lambda one: str(one if isinstance(one, dict) else sorted(one)),  # a set has no order of its own
)
async def test_an_address_of_proconnect_counts_only_where_it_says_that_it_was_verified(
    issuer, gateway, sign_in, told, genres
):
    issuer.claims |= {"email": "c.essai@ac-exemple.invalid"} | told
    for genre in Genre:
        identite = await sign_in(gateway(genre=genre))
        assert (identite.courriel, identite.genre) == ("c.essai@ac-exemple.invalid" if genre in genres else "", genre)


async def test_what_was_signed_wins_over_what_was_told_afterwards(issuer, gateway, sign_in):
    issuer.id_token = lambda claims: issuer.sign(claims | {"acr": "eidas1", "FrEduFonctAdm": "ADM"})
    issuer.claims |= {"acr": "eidas3", "amr": ["mfa"]}
    identite = await sign_in(gateway())
    assert (identite.acr, identite.claims["FrEduFonctAdm"]) == ("eidas1", "ADM")


async def test_a_code_is_good_once_and_with_its_own_verifier(issuer, gateway):
    fournisseur = gateway()
    depart, other = await fournisseur.begin(acr=None), await fournisseur.begin(acr=None)
    code = issuer.code_for(depart.url)
    crossed = Depart(depart.url, depart.state, depart.nonce, other.verifier)
    with pytest.raises(SignInRefused, match="code"):
        await fournisseur.finish(code=issuer.code_for(depart.url), depart=crossed)
    await fournisseur.finish(code=code, depart=depart)
    with pytest.raises(SignInRefused, match="code"):
        await fournisseur.finish(code=code, depart=depart)


async def test_a_code_of_another_browsers_sign_in_opens_nothing(issuer, gateway):
    fournisseur = gateway()
    mine, foreign = await fournisseur.begin(acr=None), await fournisseur.begin(acr=None)
    issuer.pkce = False
    with pytest.raises(SignInRefused, match="nonce"):
        await fournisseur.finish(code=issuer.code_for(foreign.url), depart=mine)


async def test_another_persons_answer_is_refused(issuer, gateway, sign_in):
    issuer.answers[USERINFO] = Answer(body=json.dumps({"sub": "quelqu.un", "FrEduFonctAdm": "DIR"}))
    with pytest.raises(SignInRefused, match="userinfo: sub"):
        await sign_in(gateway())


async def test_metadata_and_keys_are_asked_for_once_an_hour(issuer, gateway, sign_in, clock):
    fournisseur = gateway()
    for _ in range(3):
        await sign_in(fournisseur)
    assert (issuer.asked[DISCOVERY], issuer.asked[JWKS]) == (1, 1)
    issuer.id_token = lambda claims: issuer.sign(claims | {"exp": claims["exp"] + 7_200})
    clock.ahead = timedelta(minutes=61)
    await sign_in(fournisseur)
    assert (issuer.asked[DISCOVERY], issuer.asked[JWKS]) == (2, 2)


async def test_many_at_once_ask_once(issuer, gateway):
    fournisseur = gateway()
    issuer.answers[DISCOVERY] = Answer(slow_seconds=0.05)
    await asyncio.gather(*(fournisseur.begin(acr=None) for _ in range(20)))
    assert issuer.asked[DISCOVERY] == 1


async def test_a_new_key_is_fetched_when_a_token_bears_it(issuer, gateway, sign_in, foreign, clock):
    fournisseur = gateway()
    await sign_in(fournisseur)
    issuer.keys = [foreign, *issuer.keys]
    clock.ahead = timedelta(seconds=11)
    assert (await sign_in(fournisseur)).sub == "c.essai"
    assert issuer.asked[JWKS] == 2


async def test_an_invented_key_costs_the_provider_one_request_in_ten_seconds(issuer, gateway, foreign, clock):
    fournisseur = gateway()
    forged = issuer.sign({}, key=foreign)
    for _ in range(20):
        with pytest.raises(SignInRefused, match="invalid_key_id"):
            await fournisseur.logout(forged)
    assert issuer.asked[JWKS] == 1
    clock.ahead = timedelta(seconds=11)
    for _ in range(20):
        with pytest.raises(SignInRefused):
            await fournisseur.logout(forged)
    assert issuer.asked[JWKS] == 2


async def test_a_key_that_was_withdrawn_is_not_believed_for_ever(issuer, gateway, sign_in, rsa, clock):
    fournisseur = gateway()
    await sign_in(fournisseur)
    issuer.keys = [RSAKey.generate_key(auto_kid=True)]
    issuer.id_token = lambda claims: issuer.sign(claims | {"exp": claims["exp"] + 7_200}, key=rsa)
    assert (await sign_in(fournisseur)).sub == "c.essai"
    clock.ahead = timedelta(minutes=61)
    with pytest.raises(SignInRefused, match="invalid_key_id"):
        await sign_in(fournisseur)


async def test_back_channel_logout_says_whose_session_is_over(issuer, gateway):
    fournisseur = gateway()
    both = await fournisseur.logout(issuer.logout_token(sub="c.essai", sid="s-1", jti="un"))
    assert both == Fermeture(issuer.url, "c.essai", "s-1", "un")
    assert (await fournisseur.logout(issuer.logout_token(sid="s-1"))).sub is None
    assert (await fournisseur.logout(issuer.logout_token(sub="c.essai"))).sid is None


async def test_signing_out_leads_to_the_provider_and_back(issuer, gateway):
    url = await gateway().end_session_url("un.jeton.signé", back_to="https://imagin.test/connexion?suite=/")
    asked = asked_of(url)
    assert url.startswith(f"{issuer.url}/logout?")
    assert asked["id_token_hint"] == "un.jeton.signé"
    assert asked["post_logout_redirect_uri"] == "https://imagin.test/connexion?suite=/"
    assert len(asked["state"]) >= 32
    issuer.metadata = {"end_session_endpoint": None}
    assert await gateway().end_session_url("un.jeton", back_to="https://imagin.test/") is None


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (DISCOVERY, Answer(500, "panne", "text/plain")),
        (DISCOVERY, Answer(302, "", "text/plain")),
        (DISCOVERY, Answer(body="<html>maintenance</html>", content_type="text/html")),
        (DISCOVERY, Answer(body="[]")),
        (DISCOVERY, Answer(body='{"issuer": "https://autre.invalid"}')),
        (JWKS, Answer(503, "panne", "text/plain")),
        (JWKS, Answer(body='{"keys": []}')),
        (JWKS, Answer(body='{"keys": [{"kty": "RSA"}]}')),
        (JWKS, Answer(body="7")),
        (TOKEN, Answer(500, "panne", "text/plain")),
        (TOKEN, Answer(429, "trop", "text/plain")),
        (TOKEN, Answer(body="pas du JSON", content_type="text/plain")),
        (TOKEN, Answer(body='{"expires_in": [1]}')),
        (TOKEN, Answer(401, '{"error": "invalid_client"}')),
        (USERINFO, Answer(502, "panne", "text/plain")),
        (USERINFO, Answer(body="pas du JSON")),
        (USERINFO, Answer(body="[1]")),
    ],
    ids=str,
)
async def test_a_provider_that_makes_no_sense_is_away(issuer, gateway, sign_in, clock, path, answer):
    fournisseur = gateway()
    issuer.answers[path] = answer
    with pytest.raises(ProviderUnavailable):
        await sign_in(fournisseur)
    del issuer.answers[path]
    clock.ahead = timedelta(seconds=3)
    assert (await sign_in(fournisseur)).sub == "c.essai"


@pytest.mark.parametrize(
    ("path", "answer", "reason"),
    [
        (TOKEN, Answer(400, '{"error": "invalid_grant"}'), "code"),
        (TOKEN, Answer(body='{"access_token": "a", "token_type": "Bearer"}'), "no id_token"),
        (TOKEN, Answer(body='{"access_token": "a", "token_type": "Bearer", "id_token": 7}'), "no id_token"),
        (USERINFO, Answer(401, "{}"), "userinfo"),
        (USERINFO, Answer(403, "{}"), "userinfo"),
    ],
    ids=str,
)
async def test_a_refusal_of_the_provider_is_one_of_ours(issuer, gateway, sign_in, path, answer, reason):
    issuer.answers[path] = answer
    with pytest.raises(SignInRefused, match=reason):
        await sign_in(gateway())


@pytest.mark.parametrize("path", [DISCOVERY, JWKS, TOKEN, USERINFO])
async def test_no_call_waits_longer_than_its_limit(issuer, gateway, sign_in, path):
    issuer.answers[path] = Answer(slow_seconds=30)
    with pytest.raises(ProviderUnavailable, match="Time"):
        await sign_in(gateway(timeout_seconds=0.2))


@pytest.mark.parametrize("path", [DISCOVERY, JWKS, TOKEN, USERINFO])
async def test_an_answer_that_comes_drop_by_drop_is_not_waited_for(issuer, gateway, sign_in, path):
    issuer.answers[path] = Answer(drip_seconds=0.05)
    with pytest.raises(ProviderUnavailable, match="Timeout"):
        await sign_in(gateway(timeout_seconds=0.4))


@pytest.mark.parametrize("other", ["https://ailleurs.invalid", "http://127.0.0.1", None])
async def test_a_provider_that_says_it_is_another_is_not_believed(issuer, gateway, other):
    issuer.metadata = {"issuer": other or issuer.url + "/"}
    with pytest.raises(ProviderUnavailable):
        await gateway().begin(acr=None)


async def test_who_comes_while_the_provider_hangs_is_told_at_once_and_no_queue_waits(issuer, gateway, clock):
    fournisseur = gateway(timeout_seconds=0.2)
    issuer.answers[DISCOVERY] = Answer(slow_seconds=30)
    told = await asyncio.gather(*(fournisseur.begin(acr=None) for _ in range(50)), return_exceptions=True)
    assert {type(one) for one in told} == {ProviderUnavailable}
    assert issuer.asked[DISCOVERY] == 1
    clock.ahead = timedelta(seconds=3)
    with pytest.raises(ProviderUnavailable):
        await fournisseur.begin(acr=None)
    assert issuer.asked[DISCOVERY] == 2


async def test_where_nobody_listens_the_provider_is_away_until_it_is_back(issuer, gateway, sign_in, clock):
    fournisseur = gateway()
    issuer.stop()
    for call in (
        fournisseur.begin(acr=None),
        fournisseur.logout("x"),
        fournisseur.end_session_url("x", back_to="http://imagin.test/"),
        fournisseur.finish(code="x", depart=Depart("", "", "", "")),
    ):
        with pytest.raises(ProviderUnavailable):
            await call
    issuer.start()
    clock.ahead = timedelta(seconds=3)
    assert (await sign_in(fournisseur)).sub == "c.essai"


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint"])
@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.invalid/", "/relative"])
async def test_an_address_of_another_kind_is_followed_nowhere(issuer, gateway, name, url):
    issuer.metadata = {name: url}
    with pytest.raises(ProviderUnavailable):
        await gateway().begin(acr=None)


async def test_a_wrong_secret_is_our_fault_and_not_the_persons(issuer, gateway, sign_in):
    with pytest.raises(ProviderUnavailable, match="invalid_client"):
        await sign_in(gateway(client_secret="un autre"))
