"""Security events: one line each in a file of their own, which names who and from where, and nobody else."""

import json
import logging
import stat
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx2
import pytest
from fastapi import Request

from acces import securite
from acces.acteur import Acteur, Role
from acces.debit import Debit, limit_acteur
from acces.http import ActeurDep, Application, Router, create_app
from acces.jetons import Issuers
from acces.policy import Forbidden
from testkit import jetons

NOW = datetime.now(UTC)
TOKEN = jetons.mint(Acteur("chef.1", Role.CHEF, "Camille ESSAI"))
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def told(tmp_path):
    """The lines written since."""
    path = tmp_path / "securite.jsonl"
    securite.configure("essai", path)
    yield lambda: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    securite.configure("essai", None)


@pytest.fixture
async def client():
    app = create_app(title="essai")
    router = Router(prefix="/api")
    debit = Debit(per_second=1, burst=1)

    @router.post("/refus/{numero}")
    async def refuse(numero: str, acteur: ActeurDep):
        raise Forbidden("missions.lire")

    @router.post("/base")
    async def past_the_code(acteur: ActeurDep):
        raise asyncpg.InsufficientPrivilegeError("permission denied for table mission")

    @router.get("/souvent")
    async def often(request: Request, acteur: ActeurDep):
        await limit_acteur(request, debit, acteur)

    app.include_router(router)
    known = {"issuers": Issuers(jetons.sources(), audience="convocation"), "sessions": object()}
    app.state.application = Application(pool=None, clock=lambda: NOW, wake_relay=lambda: None, **known)
    transport = httpx2.ASGITransport(app=app, client=("192.0.2.7", 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://essai") as one:
        yield one


async def test_a_refusal_names_the_account_its_address_the_route_and_the_action_and_nobody_else(told, client):
    assert (await client.post("/api/refus/0123456789", headers=BEARER)).status_code == 403
    [line] = told()
    assert (
        NOW
        <= datetime.fromisoformat(line.pop("timestamp")) + timedelta(milliseconds=1)
        <= datetime.now(UTC) + timedelta(seconds=1)
    )
    assert line == {
        "service": "essai",
        "event": "access.denied",
        "acteur": "chef.1",
        "role": "chef",
        "address": "192.0.2.7",
        "route": "/api/refus/{numero}",
        "action": "missions.lire",
    }


async def test_what_the_code_let_pass_and_the_database_refused_is_403_and_told_apart(told, client):
    assert (await client.post("/api/base", headers=BEARER)).status_code == 403
    [line] = told()
    assert (line["event"], line["acteur"], line["route"]) == ("access.denied_by_database", "chef.1", "/api/base")


async def test_a_bad_token_and_a_foreign_page_are_told_and_a_visitor_without_any_is_not(told, client):
    await client.get("/api/souvent")
    assert told() == []
    await client.get("/api/souvent", headers={"Authorization": "Bearer forged"})
    cookie = {"Cookie": "imagin_session=any", "Sec-Fetch-Site": "cross-site"}
    await client.post("/api/refus/1", headers=cookie)
    assert [line["event"] for line in told()] == ["token.refused", "request.foreign_site"]
    assert "forged" not in json.dumps(told())


async def test_who_asks_too_often_is_told(told, client):
    for _ in range(2):
        await client.get("/api/souvent", headers=BEARER)
    assert [(line["event"], line["acteur"]) for line in told()] == [("request.too_many", "chef.1")]


async def test_the_file_may_be_rotated_under_the_process(told, client, tmp_path):
    await client.post("/api/refus/1", headers=BEARER)
    (tmp_path / "securite.jsonl").rename(tmp_path / "securite.1")
    await client.post("/api/refus/1", headers=BEARER)
    assert len(told()) == 1


async def test_nobody_but_the_service_and_its_group_reads_the_file_a_rotated_one_too(told, client, tmp_path):
    path = tmp_path / "securite.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.rename(tmp_path / "securite.1")
    await client.post("/api/refus/1", headers=BEARER)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


async def test_the_operators_own_mode_of_the_file_stays(tmp_path):
    path = tmp_path / "securite.jsonl"
    path.touch(mode=0o600)
    securite.configure("essai", path)
    securite.configure("essai", None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_without_a_file_nothing_is_written_and_the_ordinary_log_never_has_it(client, caplog, capsys):
    securite.configure("essai", None)
    await client.post("/api/refus/1", headers=BEARER)
    assert "chef.1" not in caplog.text + "".join(capsys.readouterr())
    assert not logging.getLogger("imagin.securite").propagate
