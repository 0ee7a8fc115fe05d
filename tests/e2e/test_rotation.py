"""Keys and secrets are replaced on two processes of a service, one after the other, under load: nobody is refused.

The steps are those of deploy/securite.md. Between two of them one process has the new setting and the other does not:
that is where a wrong order would refuse somebody.
"""

import asyncio
import json
import os
import secrets
import ssl
import subprocess
import sys
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx2
import pytest_asyncio
from joserfc import jws

from acces.acteur import Acteur, Role
from acces.jetons import create_keys
from chassis.provisioning import with_user
from imagin_ops.services import CONVOCATION, NOTIFIER, SANTORIN_BRIDGE
from santorin_bridge.operations import verifier
from testkit.certificates import write_certificates
from testkit.eventually import eventually
from testkit.oidc import Issuer
from testkit.pair import Load, Pair
from testkit.ports import free_ports
from testkit.smtp import MailServer

IMAGIN = Path(sys.executable).with_name("imagin")
FAST = {
    "SANTORIN_BRIDGE_TOKEN_REQUESTS_PER_SECOND": "10000",
    "SANTORIN_BRIDGE_TOKEN_REQUESTS_BURST": "100000",
    "SANTORIN_BRIDGE_API_REQUESTS_PER_SECOND": "10000",
    "SANTORIN_BRIDGE_API_REQUESTS_BURST": "100000",
    "CONVOCATION_STRANGER_PER_SECOND": "10000",
    "CONVOCATION_STRANGER_BURST": "100000",
}
"""Rates are not what is looked at here."""
ACTIVE = """SELECT convocation_id, c.version FROM convocation c JOIN mission m USING (mission_id)
WHERE c.status = 'ACTIVE' AND m.type = 'CORRECTION' LIMIT 1"""

CHEF = {"sub": "c.essai", "FrEduFonctAdm": "DIR", "FrEduRneResp": ["0699001J$UAJ$PU$N$T3$LYC$300"]}


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


@asynccontextmanager
async def pair_of(stack, service, **settings):
    """Two processes instead of the stack's one, the first at its address; afterwards that one again."""
    await asyncio.to_thread(stack.services[service.name].terminate)
    environment = stack._environment(service, 1) | FAST | settings
    ports = (stack._ports[service.name], free_ports(2))
    try:
        async with Pair(service.package, environment, folder=stack.folder, ports=ports) as pair:
            yield pair
    finally:
        await stack.start_services(service)


@pytest_asyncio.fixture
async def bridge(worked):
    secret = secrets.token_urlsafe(32)
    clients = json.dumps({"santorin": [verifier(secret)]})
    async with pair_of(worked, SANTORIN_BRIDGE, SANTORIN_BRIDGE_CLIENTS=clients) as pair:
        pair.secret = secret
        yield pair


@pytest_asyncio.fixture
async def convocation(worked):
    async with pair_of(worked, CONVOCATION) as pair:
        yield pair


async def test_the_bridges_signing_keys_are_replaced_and_no_check_of_a_right_is_refused(bridge, worked):
    old, new = json.loads(worked.keys["santorin-bridge"])["keys"], create_keys()["keys"]
    client = Client(bridge, bridge.secret)
    async with Load(client.turn):
        await bridge.is_asked()
        assert client.signed_by() == old[0]["kid"]
        await bridge.set_under_load(SANTORIN_BRIDGE_SIGNING_KEYS=json.dumps({"keys": old + new}))
        await bridge.set_under_load(SANTORIN_BRIDGE_SIGNING_KEYS=json.dumps({"keys": new + old}))
        await eventually(lambda: client.signed_by() == new[0]["kid"], because="tokens of the old key are over")
        await bridge.set_under_load(SANTORIN_BRIDGE_SIGNING_KEYS=json.dumps({"keys": new}))
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
        await bridge.set_under_load(SANTORIN_BRIDGE_CLIENTS=json.dumps({"santorin": both}))
        client.secret = following
        await bridge.is_asked()
        await bridge.set_under_load(SANTORIN_BRIDGE_CLIENTS=json.dumps({"santorin": both[1:]}))
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
        await convocation.set_under_load(CONVOCATION_LINK_KEYS=f"{old},{new}")
        await convocation.set_under_load(CONVOCATION_LINK_KEYS=f"{new},{old}")
        await convocation.is_asked()
    assert convocation.refused == []
    await convocation.start(0, CONVOCATION_LINK_KEYS=new)
    async with httpx2.AsyncClient(base_url=convocation.running[0].url, trust_env=False) as http:
        assert [(await http.get(links[at])).status_code for at in (0, -1)] == [404, 200], "as where a key has leaked"


async def test_a_services_password_of_postgresql_is_replaced_and_only_who_needs_a_connection_meanwhile_reads_503(
    convocation, worked, story, books
):
    database = worked.databases[CONVOCATION.name]
    mail = await first(database)
    headers = {"Authorization": f"Bearer {worked.token(Acteur('notifier', Role.NOTIFIER))}"}
    password = secrets.token_urlsafe(24)

    async def turn(http):
        await convocation.ask(http, "GET", mail, headers=headers)

    await passwords_are_asked(worked)
    async with Load(turn):
        await set_password(worked, password)
        worked.databases[CONVOCATION.name] = with_user(database, CONVOCATION.package, password)
        answered = convocation.answers[200]
        await eventually(lambda: convocation.answers[200] > answered, because="open connections stay")
        await end_connections(worked)
        await books.close()
        await books.open()
        life = asyncio.create_task(story.live())  # events come all the while
        await eventually(lambda: convocation.refused, because="who needs a new connection has the old password")
        await convocation.set_under_load(CONVOCATION_DATABASE_URL=worked.databases[CONVOCATION.name])
        refused = convocation.refused[:]
        await convocation.is_asked()
    assert {status for _, status, _ in refused} == {503}
    assert convocation.refused == refused
    await life
    await story.is_exact()


async def test_the_password_at_the_mail_server_is_replaced_and_every_mail_goes_out_once(worked, story, tmp_path):
    authority, keystore = tmp_path / "ca.pem", tmp_path / "server.pem"
    write_certificates(authority, keystore)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(keystore)
    server = MailServer(tls=tls, password=secrets.token_urlsafe(24))

    def url():
        return f"smtp+starttls://imagin:{server.password}@localhost:{server.port}"

    mail = {"NOTIFIER_MAIL_DIR": "", "NOTIFIER_SMTP_CA_FILE": str(authority)}
    server.start()
    async with pair_of(worked, NOTIFIER, NOTIFIER_SMTP_URL=url(), **mail) as notifier:
        await story.live()
        await eventually(lambda: server.mailed, because="mails go out with the old password")
        server.password, server.refuse = secrets.token_urlsafe(24), "421 begins anew"
        await story.live()
        await eventually(lambda: "SMTP 535" in notifier.logs, because="the log says what is refused")
        server.refuse = None
        await notifier.set(NOTIFIER_SMTP_URL=url())

        async def all_told():
            return await states(worked.databases[NOTIFIER.name]) == {"SENT"}

        await eventually(all_told, because="mails have waited, none has failed")
    server.stop()
    assert set(server.ids().values()) == {1}


async def test_a_providers_client_secret_is_replaced_and_nobody_who_signs_in_is_refused(worked):
    with Issuer(claims=CHEF) as issuer:
        old, new = issuer.client_secret, secrets.token_urlsafe(24)
        client = {"ISSUER": issuer.url, "CLIENT_ID": issuer.client_id, "CLIENT_SECRET": old}
        settings = {f"CONVOCATION_FIM_{name}": one for name, one in client.items()}
        async with pair_of(worked, CONVOCATION, **settings) as convocation, Load(partial(sign_in, convocation, issuer)):
            await convocation.is_asked()
            issuer.second_secret = new
            await convocation.set_under_load(CONVOCATION_FIM_CLIENT_SECRET=new)
            issuer.client_secret = new
            await convocation.is_asked()
            assert convocation.refused == []
            issuer.client_secret = issuer.second_secret = old
            await eventually(lambda: convocation.refused, because="a provider that knows one secret, not yet ours")
        assert {status for _, status, _ in convocation.refused} == {503}


async def sign_in(convocation, issuer, http):
    """As a browser does, at any of both processes: to the provider, back, and in."""
    http.cookies.clear()
    left = await convocation.ask(http, "GET", "/connexion/fim", 303, headers={"Sec-Fetch-Site": "same-origin"})
    at = left.headers["location"]
    back = {"code": issuer.code_for(at), "state": httpx2.URL(at).params["state"]}
    answer = await convocation.ask(http, "GET", "/connexion/fim/retour", 303, params=back)
    if answer.status_code == 303:
        await convocation.ask(http, "GET", "/api/moi")


async def as_admin(stack, query):
    admin = await asyncpg.connect(stack.postgres.admin_url)
    value = await admin.fetchval(query)
    await admin.close()
    return value


async def passwords_are_asked(stack):
    """Of convocation's role; the server of tests trusts everybody."""
    ask_first(Path(await as_admin(stack, "SHOW hba_file")), f"host all {CONVOCATION.package} all scram-sha-256")
    await as_admin(stack, "SELECT pg_reload_conf()")


def ask_first(file, line):
    file.write_text(f"{line}\n{file.read_text()}")


async def set_password(stack, password):
    """As an operator does it."""
    given = stack.operator_environment() | {"CONVOCATION_DATABASE_PASSWORD": password}
    command = [IMAGIN, "db", "create", CONVOCATION.name]
    done = await asyncio.to_thread(
        subprocess.run, command, env=os.environ | given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


async def end_connections(stack):
    mine = f"usename = '{CONVOCATION.package}'"
    await as_admin(stack, f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {mine}")


async def states(url):
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT DISTINCT etat FROM notification")
    await connection.close()
    return {row["etat"] for row in rows}


async def first(url):
    connection = await asyncpg.connect(url)
    row = await connection.fetchrow(ACTIVE)
    await connection.close()
    return f"/api/convocations/{row['convocation_id']}/versions/{row['version']}/envoi"
