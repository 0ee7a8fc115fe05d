"""A client's credentials become a token, as RFC 6749 says; the token opens the rights, within a rate (RFC 6585)."""

import base64
import contextlib
import io
import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import quote
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
import structlog
from joserfc import jwt
from joserfc.jwk import KeySet
from prometheus_client import REGISTRY
from pydantic import ValidationError

from acces.acteur import Acteur, Role
from acces.jetons import create_keys
from chassis import logs
from chassis.database import create_pool
from chassis.service import Runtime
from santorin_bridge.domain.clients import verifier
from santorin_bridge.main import build
from santorin_bridge.settings import Settings
from testkit import jetons

REST = {
    "kafka_bootstrap": "unused:1",
    "convocation_url": "http://convocation.test",
    "signing_keys": json.dumps(create_keys()),
    "issuers": jetons.sources(),
}
OLD, NEW, RECETTE = "secret-ancien", "secret-nouveau", "secret-de-recette"
CLIENTS = {"santorin": [verifier(OLD), verifier(NEW)], "recette": [verifier(RECETTE)]}
GRANT = {"grant_type": "client_credentials"}
RIGHTS = "/habilitations/1"
MISSION = f"/missions/{UUID(int=1)}/habilitations"
ROUTES = {
    "/acces/{intervenant}": "/acces/1",
    "/habilitations/{intervenant}": RIGHTS,
    "/missions/{mission_id}/habilitations": MISSION,
}
SCOPES = {"acces.verifier", "habilitations.lire"}
SANTORIN = Acteur("santorin", Role.SANTORIN, portees=frozenset(SCOPES))


class Bridge:
    """The application, over HTTP, with a `clock` of its own for the rates: `clock.now` in seconds."""

    def __init__(self, app, client, clock):
        self.app, self.client, self.clock = app, client, clock
        app.state.application.freshness.as_of = datetime.now(UTC)

    def tell_time(self, clock):
        self.app.state.application = replace(self.app.state.application, clock=clock)

    async def ask(self, data=GRANT, **arguments):
        return await self.client.post("/oauth/jeton", data=data, **arguments)

    async def token(self, client_id="santorin", secret=OLD):
        answer = await self.ask(auth=(client_id, secret))
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    async def rights(self, token):
        return await self.client.get(RIGHTS, headers={"Authorization": f"Bearer {token}"})


@pytest_asyncio.fixture(loop_scope="session")
async def url(database):
    return (await database("santorin_bridge")).url


@pytest_asyncio.fixture(loop_scope="session")
async def start(url, monkeypatch, clock):
    monkeypatch.setenv("SANTORIN_BRIDGE_CLIENTS", json.dumps(CLIENTS))
    pool = create_pool(url)
    await pool
    clients = []

    async def started(**changes):
        settings = Settings(database_url=url, **REST | changes)
        app = build(Runtime(settings, pool, SimpleNamespace(wake=lambda: None))).app
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        clients.append(httpx2.AsyncClient(transport=transport, base_url="http://bridge.test"))
        return Bridge(app, clients[-1], clock)

    yield started
    for client in clients:
        await client.aclose()
    await pool.close()


@pytest_asyncio.fixture(loop_scope="session")
async def bridge(start):
    return await start()


@pytest.mark.parametrize(
    "credentials",
    [
        {"auth": ("santorin", OLD)},
        {"data": GRANT | {"client_id": "santorin", "client_secret": OLD}},
        {"auth": ("santorin", OLD), "data": GRANT | {"client_id": "santorin"}},
        {"auth": ("recette", RECETTE), "data": GRANT | {"scope": ""}},
    ],
    ids=["client_secret_basic", "client_secret_post", "Basic and its client_id again", "an empty scope is none"],
)
async def test_a_client_gets_a_token_that_opens_the_rights(bridge, credentials):
    answer = await bridge.ask(**credentials)
    assert answer.status_code == 200
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")
    body = answer.json()
    assert (set(body), body["token_type"], body["expires_in"]) == (
        {"access_token", "token_type", "expires_in", "scope"},
        "Bearer",
        3_600,
    )
    assert (await bridge.rights(body["access_token"])).json()["habilitations"] == []


async def test_the_token_says_who_asked_with_the_role_that_opens_nothing_else_and_ends_when_it_says(start):
    bridge = await start(token_seconds=600)
    issued = datetime(2020, 1, 15, 10, tzinfo=UTC)
    bridge.tell_time(lambda: issued)
    token = await bridge.token()
    issuers = bridge.app.state.application.issuers
    assert await issuers.read(token, now=issued + timedelta(seconds=599)) == SANTORIN
    bridge.tell_time(lambda: issued + timedelta(seconds=631))
    answer = await bridge.rights(token)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_a_token_opens_until_its_end_and_the_half_minute_by_which_clocks_may_differ(bridge):
    """503: it opens, and what the bridge knows is an hour old."""
    now = datetime.now(UTC)
    for age, status in ((3_629, 503), (3_631, 401)):
        bridge.tell_time(lambda: now)
        token = await bridge.token()
        bridge.tell_time(lambda age=age: now + timedelta(seconds=age))
        assert (await bridge.rights(token)).status_code == status


async def test_both_secrets_open_while_one_is_being_replaced_and_afterwards_the_new_one_only(start, monkeypatch):
    bridge = await start()
    for secret in (OLD, NEW):
        assert (await bridge.ask(auth=("santorin", secret))).status_code == 200
    monkeypatch.setenv("SANTORIN_BRIDGE_CLIENTS", json.dumps({"santorin": [verifier(NEW)]}))
    bridge = await start()
    assert (await bridge.ask(auth=("santorin", OLD))).status_code == 401
    assert (await bridge.ask(auth=("santorin", NEW))).status_code == 200


def basic(text):
    return {"Authorization": "Basic " + base64.b64encode(text).decode()}


@pytest.mark.parametrize(
    "sent",
    [
        {"auth": ("santorin", RECETTE)},
        {"auth": ("inconnu", OLD)},
        {"auth": ("", "")},
        {"data": GRANT | {"client_id": "santorin", "client_secret": "x"}},
        {"data": GRANT | {"client_id": "santorin"}},
        {"data": GRANT | {"client_secret": OLD}},
        {},
        {"headers": {"Authorization": "Basic"}},
        {"headers": {"Authorization": "Basic §§§".encode()}},
        {"headers": {"Authorization": "Basic pas-du-base64!"}},
        {"headers": basic(b"santorin")},
        {"headers": basic(b"santorin:\xff\xfe")},
        {"headers": basic(b"santorin:\x00")},
        {"headers": {"Authorization": f"Bearer {OLD}"}},
        {"headers": {"Authorization": f"Basic {OLD}"}},
    ],
    ids=lambda sent: str(sent)[:40],
)
async def test_whoever_does_not_show_a_clients_secret_is_an_invalid_client(bridge, sent):
    answer = await bridge.ask(**sent)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic realm=")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"


async def test_id_and_secret_are_form_encoded_inside_of_basic(bridge):
    encoded = "".join(f"%{octet:02X}" for octet in OLD.encode())
    assert (await bridge.ask(headers=basic(f"santorin:{encoded}".encode()))).status_code == 200


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        ("unsupported_grant_type", {"data": {"grant_type": "password", "username": "a", "password": "b"}}),
        ("invalid_scope", {"data": GRANT | {"scope": "tout"}}),
        ("invalid_request", {"data": {}}),
        ("invalid_request", {"data": None}),
        ("invalid_request", {"data": {"grant_type": ""}}),
        ("invalid_request", {"data": None, "json": GRANT}),
        ("invalid_request", {"data": None, "content": b"grant_type=client_credentials"}),
        ("invalid_request", {"data": GRANT | {"client_secret": OLD}}),
        ("invalid_request", {"data": GRANT | {"client_id": "recette"}}),
        ("invalid_request", {"data": GRANT | {"x": "x" * 9_000}}),
        ("invalid_request", {"data": None, "content": b"x" * 500_000, "headers": FORM}),
        ("invalid_request", {"data": None, "content": b"a=1&" * 50, "headers": FORM}),
        ("invalid_request", {"data": None, "content": b"grant_type=a&grant_type=b", "headers": FORM}),
        ("invalid_request", {"data": None, "content": b"grant_type=%FF%FE", "headers": FORM}),
        ("invalid_request", {"data": None, "content": "grant_type=é".encode(), "headers": FORM}),
    ],
    ids=lambda one: str(one)[:40],
)
async def test_what_is_no_request_for_a_token_is_a_400_in_the_rfcs_form(bridge, error, sent):
    answer = await bridge.ask(**{"auth": ("santorin", OLD)} | sent)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.json()["error_description"].isascii()
    assert answer.headers["cache-control"] == "no-store"


async def test_a_wrong_secret_is_told_before_a_wrong_grant(bridge):
    answer = await bridge.ask({"grant_type": "password"}, auth=("santorin", "x"))
    assert answer.json()["error"] == "invalid_client"


async def test_credentials_do_not_go_into_an_address(bridge):
    answer = await bridge.client.get("/oauth/jeton", params=GRANT | {"client_id": "santorin", "client_secret": OLD})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    query = f"/oauth/jeton?client_id=santorin&client_secret={quote(OLD)}"
    assert (await bridge.client.post(query, data=GRANT)).status_code == 401


async def test_only_tokens_and_public_keys_are_given_without_an_acteur(bridge):
    document = bridge.app.openapi()
    for path, methods in document["paths"].items():
        for method in methods:
            url = path.replace("{intervenant}", "1")
            expected = {"/oauth/jeton": 400, "/.well-known/jwks.json": 200}.get(path, 401)
            assert (await bridge.client.request(method, url)).status_code == expected, path


@pytest.fixture
def logged():
    """What the process has logged until now, as it logs in production."""
    root, said = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    with contextlib.redirect_stdout(said):
        logs.configure("santorin-bridge", "DEBUG")
    yield said.getvalue
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


async def test_without_a_client_nobody_gets_a_token_and_the_log_says_so(start, monkeypatch, logged):
    monkeypatch.delenv("SANTORIN_BRIDGE_CLIENTS")
    bridge = await start()
    assert "jetons.no_client" in logged()
    assert (await bridge.ask(auth=("santorin", OLD))).json()["error"] == "invalid_client"


async def test_neither_a_secret_nor_a_token_nor_a_client_stands_in_the_logs(start, logged):
    bridge = await start(token_requests_burst=6)
    token = await bridge.token()
    await bridge.rights(token)
    await bridge.rights(token + "x")
    await bridge.ask(GRANT | {"client_id": "santorin", "client_secret": "faux-secret"})
    await bridge.ask(auth=("santorin", "faux-secret"))
    await bridge.client.get("/oauth/jeton", params={"client_secret": "faux-secret"})
    assert [(await bridge.ask(auth=("santorin", OLD))).status_code for _ in range(4)] == [200, 200, 200, 429]
    said = logged()
    assert said.count('"http.request"') == 10
    for one in (OLD, token, token.rpartition(".")[2], "faux-secret", verifier(OLD), "grant_type", "recette"):
        assert one not in said
    assert said.count('"route": "/oauth/jeton"') == 8


def counted(route):
    return REGISTRY.get_sample_value("imagin_http_limited_total", {"route": route}) or 0


async def test_after_the_burst_a_client_waits_as_told_and_another_one_does_not(start):
    bridge = await start(api_requests_burst=3, api_requests_per_second=1)
    token, other = await bridge.token(), await bridge.token("recette", RECETTE)
    before = counted("/habilitations/{intervenant}")
    answers = [await bridge.rights(token) for _ in range(5)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
    refused = answers[-1]
    assert refused.headers["content-type"] == "application/problem+json"
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("trop-de-requetes", "3")
    assert counted("/habilitations/{intervenant}") == before + 2
    assert (await bridge.rights(other)).status_code == 200
    again = await bridge.token()
    assert (await bridge.rights(again)).status_code == 429, "another token of the same client changes nothing"
    bridge.clock.now += int(refused.headers["retry-after"])
    assert [(await bridge.rights(token)).status_code for _ in range(4)] == [200, 200, 200, 429]


async def test_who_may_not_read_the_rights_is_limited_too(start):
    bridge = await start(api_requests_burst=1)
    chef = jetons.mint(Acteur("chef", Role.CHEF))
    assert [(await bridge.rights(chef)).status_code for _ in range(2)] == [403, 429]


async def test_an_address_that_tries_secrets_is_held_back_and_another_one_is_not(start):
    bridge = await start(token_requests_burst=2, token_requests_per_second=1)
    before = counted("/oauth/jeton")
    assert [(await bridge.ask(auth=("santorin", "x"))).status_code for _ in range(3)] == [401, 401, 429]
    limited = await bridge.ask(auth=("santorin", OLD))
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "2")
    assert counted("/oauth/jeton") == before + 2
    transport = httpx2.ASGITransport(app=bridge.app, client=("192.0.2.7", 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://bridge.test") as elsewhere:
        answer = await elsewhere.post("/oauth/jeton", data=GRANT, auth=("santorin", OLD))
    assert answer.status_code == 200
    bridge.clock.now += int(limited.headers["retry-after"])
    assert (await bridge.ask(auth=("santorin", OLD))).status_code == 200


async def test_health_is_never_limited(start):
    bridge = await start(api_requests_burst=1, token_requests_burst=1)
    for _ in range(5):
        assert (await bridge.client.get("/health/live")).status_code == 200


@pytest.mark.parametrize("value", ["{", '{"santorin": ["TRES-SECRET"]}', '{"TRES-SECRET!": []}', "[1]"])
def test_a_wrong_setting_names_itself_and_is_not_quoted(monkeypatch, value):
    monkeypatch.setenv("SANTORIN_BRIDGE_CLIENTS", value)
    with pytest.raises(ValidationError) as refused:
        Settings(database_url="postgresql://x", **REST)
    assert "SANTORIN_BRIDGE_CLIENTS must be a JSON object" in str(refused.value)
    assert "TRES-SECRET" not in str(refused.value)


def test_the_clients_may_come_from_a_file_and_do_not_show(monkeypatch, tmp_path):
    (tmp_path / "clients").write_text(json.dumps(CLIENTS) + "\n")
    monkeypatch.setenv("SANTORIN_BRIDGE_CLIENTS_FILE", str(tmp_path / "clients"))
    settings = Settings(database_url="postgresql://x", **REST)
    assert settings.clients == {name: tuple(verifiers) for name, verifiers in CLIENTS.items()}
    assert "sha256" not in repr(settings)


@pytest.mark.parametrize("scope", [*sorted(SCOPES), " ".join(sorted(SCOPES)), None])
async def test_a_token_opens_the_routes_of_its_scopes_and_says_which_one_is_missing(bridge, scope):
    answer = (await bridge.ask(GRANT | ({"scope": scope} if scope else {}), auth=("santorin", OLD))).json()
    given = set(answer["scope"].split())
    assert given == set((scope or " ".join(SCOPES)).split())
    document = bridge.app.openapi()
    for path, asked in ROUTES.items():
        told = document["paths"][path]["get"]["security"]
        [needed] = next(one["oauth"] for one in told if "oauth" in one)
        got = await bridge.client.get(asked, headers={"Authorization": f"Bearer {answer['access_token']}"})
        assert got.status_code == (200 if needed in given else 403), path
        if needed not in given:
            assert got.json()["code"] == "portee-insuffisante"
            assert got.headers["www-authenticate"] == f'Bearer error="insufficient_scope", scope="{needed}"'


async def test_a_token_of_the_release_before_has_no_scope_and_opens_all(bridge):
    signs = bridge.app.state.application.signs
    token = signs.mint(Acteur("santorin", Role.SANTORIN), audience="santorin-bridge", now=datetime.now(UTC), hours=1)
    for path in ROUTES.values():
        assert (await bridge.client.get(path, headers={"Authorization": f"Bearer {token}"})).status_code == 200


async def test_a_strangers_program_verifies_tokens_by_the_public_keys_before_and_after_a_new_key(start):
    """With nothing of ours: the keys as they are served, and the claims that a reader must look at."""
    first, second = create_keys()["keys"], create_keys()["keys"]
    before = await start(signing_keys=json.dumps({"keys": first}))
    old = await before.token()
    bridge = await start(signing_keys=json.dumps({"keys": second + first}))
    keys = (await bridge.client.get("/.well-known/jwks.json")).json()
    known = KeySet.import_key_set(keys)
    assert jwt.decode(old, known, algorithms=["ES256"]).header["kid"] == first[0]["kid"]
    token = jwt.decode(await bridge.token(), known, algorithms=["ES256"])
    claims, now = token.claims, datetime.now(UTC).timestamp()
    assert (claims["iss"], claims["aud"], claims["sub"]) == ("santorin-bridge", "santorin-bridge", "santorin")
    assert set(claims["scope"].split()) == SCOPES
    assert (claims["exp"] - claims["iat"], abs(claims["iat"] - now) < 60) == (3_600, True)
    assert token.header["kid"] == second[0]["kid"]
    assert not any("d" in key for key in keys["keys"])
