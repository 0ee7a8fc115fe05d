"""Who acts is asked before anything else is done; a cookie is believed from our own pages alone."""

from datetime import UTC, datetime

import httpx2
import pytest
from pydantic import BaseModel

from acces.acteur import Acteur, Role
from acces.http import ActeurDep, Application, Router, create_app
from acces.jetons import Issuers
from acces.session import RemoteSessions, Session, SessionEnded, cookie_name
from testkit import jetons

NOW = datetime.now(UTC)
PUBLIC = "https://imagin.ac-exemple.invalid"
CHEF = Acteur("chef.1", Role.CHEF)
TOKEN = jetons.mint(CHEF)
COOKIE = cookie_name(secure=True)


class Sessions:
    """Two that are known: one is open, the other is over."""

    async def find(self, secret):
        if secret == "finie":
            raise SessionEnded
        return Session(CHEF) if secret == "ouverte" else None


class Body(BaseModel):
    """Anything."""

    essai: list[int]


@pytest.fixture
def public_url():
    return PUBLIC


@pytest.fixture
async def client(public_url):
    app = create_app(title="essai")
    router = Router(prefix="/api")

    @router.post("/essai")
    async def take(body: Body, acteur: ActeurDep):
        return [body.essai, acteur.sub]

    app.include_router(router)
    known = {
        "issuers": Issuers(jetons.sources(), audience="convocation"),
        "public_url": public_url,
        "sessions": Sessions(),
    }
    app.state.application = Application(pool=None, clock=lambda: NOW, wake_relay=lambda: None, **known)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://interne") as one:
        yield one


async def test_the_body_of_a_stranger_is_not_read(client):
    read = []

    async def body():
        for _ in range(100):
            read.append(1)
            yield b"[" * 1_000

    answer = await client.post("/api/essai", content=body(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, read) == (401, [])


async def test_a_bad_body_of_somebody_known_is_told_to_him(client):
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert (await client.post("/api/essai", json={"essai": "x"}, headers=bearer)).status_code == 422
    assert (await client.post("/api/essai", json={"essai": [1]}, headers=bearer)).json() == [[1], "chef.1"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": PUBLIC}, 403),
        ({"Origin": "http://interne"}, 200),
        ({"Origin": PUBLIC}, 200),  # a proxy has rewritten Host, and took off https
        ({"Origin": "https://interne"}, 403),
        ({"Origin": "http://ailleurs.invalid//interne"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
    ids=str,
)
async def test_a_cookie_is_believed_from_our_own_pages_alone(client, headers, status):
    cookie = {"Cookie": f"{COOKIE}=ouverte"}
    assert (await client.post("/api/essai", json={"essai": [1]}, headers=cookie | headers)).status_code == status


@pytest.mark.parametrize("public_url", [""])
@pytest.mark.parametrize("headers", [{}, {"Origin": ""}, {"Origin": "/"}], ids=str)
async def test_where_nobody_said_how_browsers_come_no_origin_is_not_ours(client, headers):
    cookie = {"Cookie": f"{cookie_name(secure=False)}=ouverte"}
    assert (await client.post("/api/essai", json={"essai": [1]}, headers=cookie | headers)).status_code == 403


class Transport(httpx2.AsyncBaseTransport):
    """Counts how often it was closed."""

    closed = 0

    async def aclose(self):
        self.closed += 1


async def test_connections_to_issuers_and_to_the_keeper_of_sessions_are_closed_with_the_service():
    transport = Transport()
    issuers = Issuers(
        {"notifier": "https://n.invalid", "imagin": "/x.json"}, audience="convocation", transport=transport
    )
    sessions = RemoteSessions("https://c.invalid", secure=True, transport=transport)
    known = {"pool": None, "clock": lambda: NOW, "wake_relay": lambda: None}
    await Application(**known, issuers=issuers, sessions=sessions).close()
    assert transport.closed == 3
    await Application(**known, issuers=issuers, sessions=Sessions()).close()


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"Cookie": "__Host-imagin=ouverte"}, 200),
        ({"Cookie": "imagin_session=ouverte"}, "non-authentifie"),  # http or a neighbouring host may have set it
        ({"Cookie": "__Host-imagin=autre"}, "non-authentifie"),
        ({"Cookie": "__Host-imagin="}, "non-authentifie"),
        ({"Cookie": "__Host-imagin=finie"}, "session-finie"),
        ({"Cookie": f"__Host-imagin={TOKEN}"}, "non-authentifie"),
        ({"Authorization": "Bearer ouverte"}, "non-authentifie"),
        ({"Authorization": "Bearer ouverte", "Cookie": "__Host-imagin=ouverte"}, "non-authentifie"),
    ],
    ids=lambda one: str(one).replace(TOKEN, "a token"),  # the same in each process of the tests
)
async def test_a_session_is_named_by_its_cookie_and_a_token_by_its_header(client, headers, said):
    headers = {"Sec-Fetch-Site": "same-origin"} | headers
    answer = await client.post("/api/essai", json={"essai": [1]}, headers=headers)
    assert (answer.status_code if said == 200 else answer.json()["code"]) == said
    assert answer.status_code in {200, 401}


@pytest.mark.parametrize(
    "told", [{"code": "session-finie", "type": "https://x.invalid/#session-finie"}, {"type": "session-finie"}]
)
async def test_an_ended_session_is_told_by_the_convocation_of_this_release_and_of_the_one_before(told):
    transport = httpx2.MockTransport(lambda _: httpx2.Response(401, json=told))
    sessions = RemoteSessions("https://c.invalid", secure=True, transport=transport)
    with pytest.raises(SessionEnded):
        await sessions.find("secret")
    await sessions.aclose()
