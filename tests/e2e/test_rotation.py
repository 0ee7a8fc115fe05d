"""Keys and secrets are replaced on two processes of a service, one after the other, under load: nobody is refused.

The steps are those of deploy/README.md. Between two of them one process has the new setting and the other does not:
that is where a wrong order would refuse somebody.
"""

import asyncio
import json
import random
import secrets
from collections import Counter
from urllib.parse import urlsplit

import asyncpg
import httpx2
import pytest_asyncio
from joserfc import jws

from acces.acteur import Acteur, Role
from acces.jetons import create_keys
from imagin_ops.services import CONVOCATION, SANTORIN_BRIDGE
from santorin_bridge.operations import verifier
from testkit.eventually import eventually
from testkit.ports import free_ports
from testkit.processes import ServiceProcess

FAST = {
    "SANTORIN_BRIDGE_TOKEN_REQUESTS_PER_SECOND": "10000",
    "SANTORIN_BRIDGE_TOKEN_REQUESTS_BURST": "100000",
    "SANTORIN_BRIDGE_API_REQUESTS_PER_SECOND": "10000",
    "SANTORIN_BRIDGE_API_REQUESTS_BURST": "100000",
    "CONVOCATION_STRANGER_PER_SECOND": "10000",
    "CONVOCATION_STRANGER_BURST": "100000",
}
"""Rates are not what is looked at here."""
ENOUGH = 30
ACTIVE = """SELECT convocation_id, c.version FROM convocation c JOIN mission m USING (mission_id)
WHERE c.status = 'ACTIVE' AND m.type = 'CORRECTION' LIMIT 1"""


class Pair:
    """Two processes of a service, as behind a proxy: who asks is sent to any that has said that it is ready."""

    def __init__(self, stack, service, settings):
        self.stack, self.service = stack, service
        self.settings = FAST | settings
        self.ports = [stack._ports[service.name], tuple(free_ports(2))]
        self.running, self.ready = [None, None], set()
        self.answers, self.refused = Counter(), []

    async def start(self, number, **settings):
        """Also instead of one that runs, with other settings."""
        self.ready.discard(number)
        if self.running[number]:
            await asyncio.to_thread(self.running[number].terminate)
        environment = self.stack._environment(self.service, 1) | self.settings | settings
        log = self.stack.folder / f"{self.service.name}-rotation-{number}.log"
        one = ServiceProcess.of(self.service.package, environment, log=log, ports=self.ports[number])
        self.running[number] = one
        await one.wait_ready()
        self.ready.add(number)

    async def take_over(self):
        await asyncio.to_thread(self.stack.services[self.service.name].terminate)
        await asyncio.gather(self.start(0), self.start(1))

    async def set(self, **settings):
        """On one process after the other; each time enough is asked in between."""
        for number in range(2):
            await self.start(number, **settings)
            await self.is_asked()
        self.settings |= settings

    async def is_asked(self):
        before = self.answers.total()
        await eventually(lambda: self.answers.total() - before >= ENOUGH, because=f"{self.service.name} is asked")

    async def ask(self, http, method, path, expected=200, **more):
        """The answer of one of both; one that is no answer of `expected` is noted."""
        while True:
            port, _ = self.ports[random.choice(list(self.ready))]
            try:
                answer = await http.request(method, f"http://127.0.0.1:{port}{path}", **more)
            except httpx2.TransportError:  # it ended meanwhile: a proxy asks another
                continue
            self.answers[answer.status_code] += 1
            if answer.status_code != expected:
                self.refused.append((method, answer.status_code, answer.text[:200]))
            return answer

    async def end(self):
        for one in self.running:
            if one:
                await asyncio.to_thread(one.terminate)


class Load:
    """`async with Load(turn):` takes turns without end, until the body is over; what a turn raises is raised here."""

    def __init__(self, turn):
        self.turn = turn

    async def __aenter__(self):
        self.task = asyncio.create_task(self._run())

    async def _run(self):
        async with httpx2.AsyncClient(trust_env=False, timeout=20) as http:
            while True:
                await self.turn(http)

    async def __aexit__(self, *_):
        self.task.cancel()
        [ended] = await asyncio.gather(self.task, return_exceptions=True)
        assert isinstance(ended, asyncio.CancelledError), repr(ended)


class Client:
    """SANTORIN: gets a token, checks a right with it and with the one before, gets another."""

    def __init__(self, pair, secret):
        self.pair, self.secret = pair, secret
        self.held = None

    async def turn(self, http):
        answer = await self.pair.ask(
            http, "POST", "/oauth/jeton", auth=("santorin", self.secret), data={"grant_type": "client_credentials"}
        )
        tokens = [self.held, answer.json().get("access_token")]
        for token in filter(None, tokens):
            await self.pair.ask(http, "GET", "/acces/1", headers={"Authorization": f"Bearer {token}"})
        self.held = tokens[1]

    def signed_by(self):
        return jws.extract_compact(self.held.encode()).headers()["kid"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def worked(stack, story):
    await story.live()
    await story.is_exact()
    return stack


@pytest_asyncio.fixture
async def bridge(worked):
    secret = secrets.token_urlsafe(32)
    clients = json.dumps({"santorin": [verifier(secret)]})
    pair = Pair(worked, SANTORIN_BRIDGE, {"SANTORIN_BRIDGE_CLIENTS": clients})
    pair.secret = secret
    try:
        await pair.take_over()
        yield pair
    finally:
        await pair.end()
        await worked.start_services(SANTORIN_BRIDGE)


@pytest_asyncio.fixture
async def convocation(worked):
    pair = Pair(worked, CONVOCATION, {})
    try:
        await pair.take_over()
        yield pair
    finally:
        await pair.end()
        await worked.start_services(CONVOCATION)


async def test_the_bridges_signing_keys_are_replaced_and_no_check_of_a_right_is_refused(bridge, worked):
    old, new = json.loads(worked.keys["santorin-bridge"])["keys"], create_keys()["keys"]
    client = Client(bridge, bridge.secret)
    async with Load(client.turn):
        await bridge.is_asked()
        assert client.signed_by() == old[0]["kid"]
        await bridge.set(SANTORIN_BRIDGE_SIGNING_KEYS=json.dumps({"keys": old + new}))
        await bridge.set(SANTORIN_BRIDGE_SIGNING_KEYS=json.dumps({"keys": new + old}))
        await eventually(lambda: client.signed_by() == new[0]["kid"], because="tokens of the old key are over")
        await bridge.set(SANTORIN_BRIDGE_SIGNING_KEYS=json.dumps({"keys": new}))
    assert bridge.refused == []


async def test_a_signing_key_that_signs_before_all_read_it_is_refused_somewhere(bridge, worked):
    """What the order is for."""
    old, new = json.loads(worked.keys["santorin-bridge"])["keys"], create_keys()["keys"]
    async with Load(Client(bridge, bridge.secret).turn):
        await bridge.start(0, SANTORIN_BRIDGE_SIGNING_KEYS=json.dumps({"keys": new + old}))
        await eventually(lambda: bridge.refused, because="the other process does not know the key")
    assert {status for _, status, _ in bridge.refused} == {401}


async def test_santorins_secret_is_replaced_and_none_of_its_requests_is_refused(bridge):
    following = secrets.token_urlsafe(32)
    client = Client(bridge, bridge.secret)
    both = [verifier(bridge.secret), verifier(following)]
    async with Load(client.turn):
        await bridge.is_asked()
        await bridge.set(SANTORIN_BRIDGE_CLIENTS=json.dumps({"santorin": both}))
        client.secret = following
        await bridge.is_asked()
        await bridge.set(SANTORIN_BRIDGE_CLIENTS=json.dumps({"santorin": both[1:]}))
        assert bridge.refused == []
        client.secret = bridge.secret
        await eventually(lambda: bridge.refused, because="the old secret opens nothing any more")


async def test_link_keys_are_replaced_and_every_link_opens_wherever_it_was_sealed(convocation, worked):
    mail = await first(worked.databases[CONVOCATION.name])
    headers = {"Authorization": f"Bearer {worked.token(Acteur('notifier', Role.NOTIFIER))}"}
    links = []

    async def turn(http):
        """A mail asks for its link, and people open the first one and this one."""
        answer = await convocation.ask(http, "GET", mail, headers=headers)
        links.append(urlsplit(answer.json()["lien"]).path)
        for link in {links[0], links[-1]}:
            await convocation.ask(http, "GET", link)

    old, new = worked._seals["CONVOCATION_LINK_KEYS"], secrets.token_urlsafe(32)
    async with Load(turn):
        await convocation.is_asked()
        await convocation.set(CONVOCATION_LINK_KEYS=f"{old},{new}")
        await convocation.set(CONVOCATION_LINK_KEYS=f"{new},{old}")
        await convocation.is_asked()
    assert convocation.refused == []
    await convocation.start(0, CONVOCATION_LINK_KEYS=new)
    async with httpx2.AsyncClient(base_url=convocation.running[0].url, trust_env=False) as http:
        assert [(await http.get(links[at])).status_code for at in (0, -1)] == [404, 200], "as where a key has leaked"


async def first(url):
    connection = await asyncpg.connect(url)
    row = await connection.fetchrow(ACTIVE)
    await connection.close()
    return f"/api/convocations/{row['convocation_id']}/versions/{row['version']}/envoi"
