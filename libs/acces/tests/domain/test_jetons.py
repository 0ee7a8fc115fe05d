"""Tokens of programs: each issuer has keys of its own and vouches for its own roles; keys change without a break."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from acces.acteur import Acteur, InvalidToken, Role
from acces.cle_partagee import SharedKey
from acces.jetons import SERVICES, TRIAL, Issuers, Signer, create_keys

NOW = datetime(2020, 1, 15, 10, tzinfo=UTC)
CHEF = Acteur("chef-1", Role.CHEF, "Nom", frozenset({"0699001A"}), frozenset({"10"}))
NOTIFIER = Acteur("notifier", Role.NOTIFIER)
SHARED = SharedKey("0123456789abcdef" * 2)


def keys(*more):
    return json.dumps({"keys": [key for one in (create_keys(), *more) for key in one["keys"]]})


OURS = "convocation"
TRIAL_KEYS = create_keys()
TRIER = Signer(TRIAL, json.dumps(TRIAL_KEYS))
KEY = KeySet.import_key_set(TRIAL_KEYS).keys[0]
SERVICE = Signer("notifier", keys())
COMMANDS = Signer("imagin", keys())


class Issuer:
    """Serves `signer`'s keys; `asked`: how often."""

    def __init__(self, signer):
        self.signer, self.asked, self.away = signer, 0, False
        self.transport = httpx2.MockTransport(self._answer)

    def _answer(self, _):
        self.asked += 1
        return httpx2.Response(503) if self.away else httpx2.Response(200, json=self.signer.public())


@pytest.fixture
def served():
    return Issuer(SERVICE)


@pytest.fixture
def issuers(served, tmp_path):
    file, commands = tmp_path / "essai.json", tmp_path / "imagin.json"
    file.write_text(json.dumps(TRIER.public()))
    commands.write_text(json.dumps(COMMANDS.public()))
    sources = {TRIAL: str(file), "imagin": str(commands), "notifier": "https://notifier.invalid/jwks"}
    return Issuers(sources, audience=OURS, transport=served.transport)


async def test_a_token_carries_the_acteur_whole_whether_its_keys_are_a_file_or_served(issuers):
    assert await issuers.read(TRIER.mint(CHEF, audience=OURS, now=NOW, hours=1), now=NOW) == CHEF
    assert await issuers.read(SERVICE.mint(NOTIFIER, audience=OURS, now=NOW, hours=1), now=NOW) == NOTIFIER


async def test_the_operators_commands_act_as_themselves_and_import_as_an_administrateur(issuers):
    for role in (Role.EXPLOITATION, Role.ADMINISTRATEUR):
        acteur = Acteur("exploitant.x", role)
        assert await issuers.read(COMMANDS.mint(acteur, audience=OURS, now=NOW, hours=1), now=NOW) == acteur


def claims(**changes):
    stamp = int(NOW.timestamp())
    found = {"iss": TRIAL, "aud": OURS, "sub": "x", "role": "chef", "nom": "", "uais": [], "academies": []}
    found |= {"iat": stamp, "exp": stamp + 60}
    return {name: value for name, value in (found | changes).items() if value is not None}


def signed(key=KEY, head=None, **changes):
    return jwt.encode({"alg": "ES256", "kid": KEY.kid} | (head or {}), claims(**changes), key)


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def cut(position, text):
    parts = signed().split(".")
    parts[position] = text
    return ".".join(parts)


def by_hmac(secret):
    said = f"{part({'alg': 'HS256', 'kid': KEY.kid})}.{part(claims())}"
    seal = hmac.digest(secret, said.encode(), "sha256")
    return f"{said}.{base64.urlsafe_b64encode(seal).decode().rstrip('=')}"


OTHER = ECKey.generate_key("P-256", parameters={"kid": KEY.kid})
FORGED = {
    "another key under this key's name": lambda: signed(OTHER),
    "a service that says it is a chef": lambda: SERVICE.mint(CHEF, audience=OURS, now=NOW, hours=1),
    "another issuer's name under this key": lambda: signed(iss="notifier", role="notifier"),
    "a role that this issuer may not vouch for": lambda: signed(role="santorin"),
    "the notifier's role by the demo": lambda: signed(role="notifier"),
    "the operators' commands that say they are a chef": lambda: COMMANDS.mint(CHEF, audience=OURS, now=NOW, hours=1),
    "the role of the release before": lambda: signed(role="service"),
    "a role that nobody has": lambda: signed(role="roi"),
    "no role": lambda: signed(role=None),
    "over since as long as clocks may differ": lambda: signed(exp=int(NOW.timestamp()) - 30),
    "over since an hour": lambda: TRIER.mint(CHEF, audience=OURS, now=NOW - timedelta(hours=2), hours=1),
    "no end": lambda: signed(exp=None),
    "an end that is no number": lambda: signed(exp="demain"),
    "no beginning": lambda: signed(iat=None),
    "of the future": lambda: signed(iat=int(NOW.timestamp()) + 3_600, exp=int(NOW.timestamp()) + 7_200),
    "not yet": lambda: signed(nbf=int(NOW.timestamp()) + 3_600),
    "for another service": lambda: TRIER.mint(CHEF, audience="mission-import", now=NOW, hours=1),
    "for others": lambda: TRIER.mint(CHEF, audience=["mission-import", "notifier"], now=NOW, hours=1),
    "the audience of all services, of before": lambda: signed(aud="imagin"),
    "an audience that begins like ours": lambda: signed(aud="convocation-2"),
    "no audience": lambda: signed(aud=None),
    "nobody": lambda: signed(sub=None),
    "an unknown issuer": lambda: signed(iss="https://ailleurs.invalid"),
    "no issuer": lambda: signed(iss=None),
    "an issuer that is a list": lambda: signed(iss=[TRIAL]),
    "no key id": lambda: jwt.encode({"alg": "ES256"}, claims(), KEY),
    "an unknown key id": lambda: signed(head={"kid": "autre"}),
    "the public key as the secret of HS256": lambda: by_hmac(KEY.as_pem(private=False)),
    "the shared key": lambda: SHARED.mint(CHEF, audience=OURS, now=NOW, hours=1),
    "RS256": lambda: jwt.encode({"alg": "RS256", "kid": KEY.kid}, claims(), RSAKey.generate_key(2048)),
    "EdDSA": lambda: jwt.encode(
        {"alg": "EdDSA", "kid": KEY.kid}, claims(), OKPKey.generate_key("Ed25519"), algorithms=["EdDSA"]
    ),
    "its own key in its head": lambda: signed(OTHER, head={"jwk": OTHER.as_dict(private=False)}),
    "an address of keys in its head": lambda: signed(OTHER, head={"jku": "https://ailleurs.invalid/jwks"}),
    "algorithm none": lambda: f"{part({'alg': 'none', 'kid': KEY.kid})}.{part(claims())}.",
    "algorithm none in capitals": lambda: f"{part({'alg': 'NONE', 'kid': KEY.kid})}.{part(claims())}.",
    "no signature": lambda: cut(2, ""),
    "a signature of zeros": lambda: cut(2, "A" * 86),
    "other claims under this signature": lambda: cut(1, part(claims(role="administrateur"))),
    "another head under this signature": lambda: cut(0, part({"alg": "ES256", "kid": KEY.kid, "x": 1})),
    "claims that are a list": lambda: jws.serialize_compact({"alg": "ES256", "kid": KEY.kid}, b"[]", KEY),
    "claims that are no JSON": lambda: jws.serialize_compact({"alg": "ES256", "kid": KEY.kid}, b"{", KEY),
    "garbage": lambda: "abc.def.ghi",
    "empty": lambda: "",
    "two parts": lambda: signed().rpartition(".")[0],
    "letters that are not ASCII": lambda: signed() + "é",
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_a_forged_or_stale_token_is_refused(issuers, forge):
    assert await issuers.read(signed(), now=NOW)
    with pytest.raises(InvalidToken):
        await issuers.read(forge(), now=NOW)


async def test_a_machine_whose_clock_is_a_little_ahead_or_behind_is_believed(issuers):
    for seconds in (-29, 29):
        token = TRIER.mint(CHEF, audience=OURS, now=NOW + timedelta(seconds=seconds), hours=0.01)
        assert await issuers.read(token, now=NOW) == CHEF


async def test_keys_change_without_a_break_the_new_one_is_published_before_it_signs(issuers, served):
    first, second = create_keys(), create_keys()

    def both(one, other):
        return Signer("notifier", json.dumps({"keys": one["keys"] + other["keys"]}))

    served.signer = Signer("notifier", json.dumps(first))
    before = served.signer.mint(NOTIFIER, audience=OURS, now=NOW, hours=1)
    assert await issuers.read(before, now=NOW)
    served.signer = both(second, first)  # the old one is still published
    after = served.signer.mint(NOTIFIER, audience=OURS, now=NOW, hours=1)
    later = NOW + timedelta(seconds=30)
    for token in (before, after):
        assert await issuers.read(token, now=later) == NOTIFIER
    served.signer = Signer("notifier", json.dumps(second))
    later += timedelta(minutes=6)
    assert await issuers.read(after, now=later)
    with pytest.raises(InvalidToken):
        await issuers.read(before, now=later)


async def test_a_signature_is_checked_once_and_its_time_and_its_key_each_time(issuers, served, monkeypatch):
    checked, token = [], SERVICE.mint(NOTIFIER, audience=OURS, now=NOW, hours=0.05)
    decode = jwt.decode
    monkeypatch.setattr("acces.jetons.jwt.decode", lambda *one, **more: checked.append(one) or decode(*one, **more))
    for _ in range(3):
        assert await issuers.read(token, now=NOW) == NOTIFIER
    assert len(checked) == 1
    with pytest.raises(InvalidToken):
        await issuers.read(token, now=NOW + timedelta(minutes=4))
    lasting = SERVICE.mint(NOTIFIER, audience=OURS, now=NOW, hours=1)
    assert await issuers.read(lasting, now=NOW)
    served.signer = Signer("notifier", keys())
    with pytest.raises(InvalidToken):
        await issuers.read(lasting, now=NOW + timedelta(minutes=6))


async def test_an_issuer_is_asked_seldom_however_many_invented_key_ids_come(issuers, served):
    good = SERVICE.mint(NOTIFIER, audience=OURS, now=NOW, hours=1)
    assert await issuers.read(good, now=NOW)
    invented = signed(iss="notifier", head={"kid": "autre"})
    for second in range(30):
        with pytest.raises(InvalidToken):
            await issuers.read(invented, now=NOW + timedelta(seconds=second))
    assert served.asked <= 4


async def test_an_issuer_that_is_away_is_believed_by_the_keys_that_are_known(issuers, served):
    token = SERVICE.mint(NOTIFIER, audience=OURS, now=NOW, hours=1)
    served.away = True
    with pytest.raises(InvalidToken):
        await issuers.read(token, now=NOW)
    served.away = False
    later = NOW + timedelta(seconds=11)
    assert await issuers.read(token, now=later)
    served.away = True
    assert await issuers.read(token, now=later + timedelta(minutes=20))


async def test_the_key_of_the_release_before_is_believed_where_it_is_given_and_nowhere_else(issuers):
    token = SHARED.mint(NOTIFIER, audience=OURS, now=NOW, hours=1)
    with pytest.raises(InvalidToken):
        await issuers.read(token, now=NOW)
    assert (await Issuers({}, audience=OURS, shared=SHARED).read(token, now=NOW)).role is Role.SERVICE


async def test_a_trial_s_token_is_good_at_several_services(issuers):
    assert await issuers.read(TRIER.mint(CHEF, audience=SERVICES, now=NOW, hours=1), now=NOW) == CHEF


async def test_a_service_knows_its_own_keys_without_asking():
    assert (
        await Issuers({}, audience=OURS, own=SERVICE.issuers).read(
            SERVICE.mint(NOTIFIER, audience=OURS, now=NOW, hours=1), now=NOW
        )
        == NOTIFIER
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"keys": []}',
        json.dumps(TRIER.public()),
        json.dumps({"keys": [*TRIAL_KEYS["keys"], *TRIAL_KEYS["keys"]]}),
        json.dumps({"keys": [ECKey.generate_key("P-384", parameters={"kid": "x"}).as_dict(private=True)]}),
        json.dumps({"keys": [OctKey.generate_key(256, parameters={"kid": "x"}).as_dict()]}),
    ],
    ids=["empty", "no keys", "a list", "none", "public", "doubled", "another curve", "a secret"],
)
def test_keys_that_cannot_sign_are_refused_at_once(text):
    with pytest.raises(ValueError, match=r"JWK Set|P-256|kid"):
        Signer("imagin", text)


def test_what_is_published_holds_no_private_part():
    assert all("d" not in key for key in TRIER.public()["keys"])
