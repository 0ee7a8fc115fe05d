"""The kit's clients of the rights' API, against santorin-bridge over HTTP: « peut-il entrer ? », a token verified."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest
import pytest_asyncio
import uvicorn

from acces.acteur import Acteur, Role
from acces.jetons import Signer, create_keys
from chassis.database import create_pool
from chassis.service import Runtime
from event_schemas.catalogue import HABILITATION_STATE
from event_schemas.examples import examples
from santorin_bridge.domain.clients import verifier
from santorin_bridge.main import build
from santorin_bridge.settings import Settings
from testkit import jetons
from testkit.eventually import eventually
from testkit.ports import free_port

PYTHON = Path(__file__).parents[2] / "kits" / "python"
MAINS = {"acces": "Acces", "verifier_jeton": "VerifierJeton"}
SECRET = "secret-of-the-tests-" * 2
KEYS = create_keys()
CHECK = "acces.verifier"


class Server(uvicorn.Server):
    """On the loop of the tests, which keeps its signals."""

    def capture_signals(self):
        return contextlib.nullcontext()


@pytest_asyncio.fixture(loop_scope="session")
async def bridge(database):
    """Its address; `.app` to change what it knows."""
    url = (await database("santorin_bridge")).url
    pool = create_pool(url)
    await pool
    right = json.loads(examples()[HABILITATION_STATE]["coordinateur"].to_bytes()) | {"valide_au": None}
    await pool.execute(
        "INSERT INTO habilitation (convocation_id, version, convocation_version, convocation_hash, status, numero,"
        " mission_id, role, etat) VALUES ($1, 1, 1, '', 'GRANTED', $2, $3, 'COORDINATEUR', $4)",
        UUID(right["convocation_id"]),
        right["intervenant"]["numero"],
        UUID(right["mission"]["mission_id"]),
        json.dumps(right).encode(),
    )
    settings = Settings(
        database_url=url,
        kafka_bootstrap="unused:1",
        convocation_url="http://convocation.test",
        signing_keys=json.dumps(KEYS),
        issuers=jetons.sources(),
        clients=json.dumps({"santorin": [verifier(SECRET)]}),
    )
    app = build(Runtime(settings, pool, SimpleNamespace(wake=lambda: None))).app
    app.state.application.freshness.as_of = datetime.now(UTC) + timedelta(hours=1)
    port = free_port()
    server = Server(uvicorn.Config(app, host="127.0.0.1", port=port, lifespan="off", log_level="error", ws="none"))
    task = asyncio.create_task(server.serve())
    await eventually(lambda: server.started, because="the bridge listens")
    yield SimpleNamespace(url=f"http://127.0.0.1:{port}", app=app, numero=right["intervenant"]["numero"])
    server.should_exit = True
    await task
    await pool.close()


@pytest.fixture(params=["python", "java"])
def run(request, java_code):
    """`code, printed, said = await run("acces", *arguments)`"""

    async def ran(name, *arguments, given="", **environment):
        program = [sys.executable, PYTHON / f"{name}.py"]
        program = [*java_code, MAINS[name]] if request.param == "java" else program
        identity = {"CLIENT": "santorin", "SECRET": SECRET}
        done = await asyncio.to_thread(
            subprocess.run,
            [*program, *arguments],
            env=os.environ | identity | environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return done.returncode, done.stdout.strip(), done.stderr.strip()

    return ran


async def test_who_may_enter_who_may_not_and_when_nobody_can_say(bridge, run):
    assert await run("acces", bridge.url, bridge.numero) == (0, "oui", "")
    assert await run("acces", bridge.url, "INCONNU1") == (1, "non", "")
    freshness = bridge.app.state.application.freshness
    freshness.as_of, kept = datetime(2020, 1, 1, tzinfo=UTC), freshness.as_of
    assert await run("acces", bridge.url, bridge.numero) == (3, "on ne sait pas", "IMAG’IN répond 503")
    freshness.as_of = kept


async def test_a_wrong_secret_is_a_refusal_and_a_bridge_that_is_away_is_no_answer(bridge, run):
    code, printed, said = await run("acces", bridge.url, bridge.numero, SECRET="wrong")
    assert (code, printed, said) == (2, "", "refusé : 401")
    code, printed, said = await run("acces", f"http://127.0.0.1:{free_port()}", bridge.numero)
    assert (code, printed) == (3, "on ne sait pas")
    assert said.startswith("IMAG’IN ne répond pas")


def http(body, length=None):
    return f"HTTP/1.1 200 OK\r\ncontent-length: {length or len(body)}\r\n\r\n{body}".encode()


@pytest.mark.parametrize(
    "second",
    [b"", http('{"autorise": true}', length=400), http("{}"), http("[]"), http('{"autorise": "true"}'), b"?\r\n\r\n"],
    ids=["closed", "cut", "empty", "list", "a text", "no HTTP"],
)
async def test_an_answer_that_breaks_off_or_is_not_ours_is_neither_yes_nor_no(run, second):
    answers = [http('{"access_token": "t", "expires_in": 3600}')]

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers.pop() if answers else second)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", port := free_port()):
        code, printed, said = await run("acces", f"http://127.0.0.1:{port}", "1")
    assert (code, printed, len(said.splitlines())) == (3, "on ne sait pas", 1), said


async def test_a_wrong_call_is_not_a_no(run):
    code, printed, _ = await run("acces")
    assert (code, printed) == (2, "")


def token(*, keys=KEYS, audience="santorin-bridge", hours=1.0, scopes=frozenset({CHECK}), issuer="santorin-bridge"):
    acteur = Acteur("santorin", Role.SANTORIN, portees=scopes)
    return Signer(issuer, json.dumps(keys)).mint(acteur, audience=audience, now=datetime.now(UTC), hours=hours)


async def test_a_token_is_verified_by_the_public_keys(bridge, run):
    assert await run("verifier_jeton", bridge.url, CHECK, given=token()) == (0, "santorin", "")


async def test_when_the_keys_cannot_be_read_a_token_is_refused_in_a_sentence(run):
    code, printed, said = await run("verifier_jeton", f"http://127.0.0.1:{free_port()}", CHECK, given=token())
    assert (code, printed) == (1, "")
    assert said.startswith("jeton refusé")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"keys": create_keys()},
        {"audience": "convocation"},
        {"issuer": "notifier"},
        {"hours": -1.0},
        {"scopes": frozenset({"habilitations.lire"})},
        {"scopes": None},
    ],
    ids=["a stranger's key", "for another service", "of another issuer", "over", "another scope", "no scope"],
)
async def test_a_token_that_is_not_good_here_is_refused_without_being_quoted(bridge, run, wrong):
    bad = token(**wrong)
    code, printed, said = await run("verifier_jeton", bridge.url, CHECK, given=bad)
    assert (code, printed) == (1, "")
    assert said.startswith("jeton refusé")
    assert bad[-40:] not in said
