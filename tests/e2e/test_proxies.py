"""deploy/nginx and deploy/caddy before the running services: who asks, and by https, is seen as it is.

The files are run as they stand; only ports, addresses of services and the places of certificates and logs are others.
"""

import asyncio
import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import pytest_asyncio

from imagin_dev.cyclades import sample
from imagin_dev.demo.accounts import People, chef, gestionnaire
from imagin_dev.demo.provider import DemoProvider, accounts
from imagin_dev.stack import Stack
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, SANTORIN_BRIDGE
from testkit.certificates import write_certificates
from testkit.child import Child
from testkit.eventually import eventually
from testkit.ports import free_ports
from testkit.programs import find_program

DEPLOY = Path(__file__).parents[2] / "deploy"
PAGES, DROITS = "imagin.exemple.fr", "droits.imagin.exemple.fr"
SERVICES = (CONVOCATION, MISSION_IMPORT, SANTORIN_BRIDGE)
BURST = 4
NGINX = """\
{user} daemon off; error_log stderr; pid {folder}/nginx.pid;
events {{}}
http {{ {temporary} include imagin.conf; }}
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


class Front(NamedTuple):
    """A proxy that runs, seen from the address `source` of this machine."""

    https: int
    http: int

    async def ask(self, path, *, method="GET", host=PAGES, source="127.0.0.2", clear=False, headers=(), **more):
        """What the proxy answers to somebody who reaches `host` there; redirects are not followed."""
        transport = httpx2.AsyncHTTPTransport(local_address=source, verify=False)
        url = f"http://127.0.0.1:{self.http}" if clear else f"https://127.0.0.1:{self.https}"
        given = {"Host": host, **dict(headers)}
        async with httpx2.AsyncClient(transport=transport, base_url=url, timeout=30) as client:
            sni = {} if clear else {"sni_hostname": host}
            return await client.request(method, path, headers=given, extensions=sni, **more)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def provider(tmp_path_factory):
    people = People.of(sample.closings()[:4])
    async with DemoProvider(tmp_path_factory.mktemp("fim"), people) as provider:
        yield provider, accounts(people)[0]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack(provider):
    folder = Path(tempfile.mkdtemp(prefix="imagin-proxies-"))
    settings = provider[0].settings | {
        "CONVOCATION_DEVELOPMENT_SIGN_IN": "false",
        "CONVOCATION_PUBLIC_URL": f"https://{PAGES}",
        "MISSION_IMPORT_PUBLIC_URL": f"https://{PAGES}",
        "SANTORIN_BRIDGE_TOKEN_REQUESTS_BURST": str(BURST),
        "SANTORIN_BRIDGE_TOKEN_REQUESTS_PER_SECOND": "1",
        "CONVOCATION_SECURITY_LOG_FILE": str(folder / "securite.log"),
    }
    settings |= {f"{service.prefix}HTTP_TRUSTED_PROXIES": "127.0.0.1" for service in SERVICES}
    async with Stack(folder, given=False, services=SERVICES, settings=settings) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


def delivered(name, stack, folder):
    """The file of deploy/, with addresses that are here."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    for service in SERVICES:
        text, found = re.subn(rf"{service.name}\.interne:8000", stack.url(service).removeprefix("http://"), text)
        assert found, service.name
    return text.replace("/etc/imagin/", f"{folder}/").replace("/var/log/nginx/", f"{folder}/")


def nginx(stack, folder, https, http):
    program = find_program("nginx", "nginx")
    text = delivered("nginx/imagin.conf", stack, folder)
    text = text.replace("listen 443", f"listen 127.0.0.1:{https}").replace("listen 80", f"listen 127.0.0.1:{http}")
    (folder / "imagin.conf").write_text(text, encoding="utf-8")
    temporary = " ".join(f"{one}_temp_path {folder}/{one};" for one in TEMPORARY)
    user = "" if os.geteuid() else "user root;"  # its workers write into this folder
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, temporary=temporary, user=user), encoding="utf-8")
    return [program, "-p", str(folder), "-c", str(folder / "nginx.conf")], {}


def caddy(stack, folder, https, http):
    program = find_program("caddy", "caddy")
    text = delivered("caddy/Caddyfile", stack, folder)
    here = f"{{\n\tadmin off\n\thttps_port {https}\n\thttp_port {http}\n\tdefault_bind 127.0.0.1\n"
    (folder / "Caddyfile").write_text(text.replace("{\n", here, 1), encoding="utf-8")
    home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    return [program, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")], home


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=[nginx, caddy], ids=["nginx", "caddy"])
async def front(request, stack, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param.__name__)
    folder.chmod(0o755)
    write_certificates(folder / "ca.pem", folder / "tls.key", names=(PAGES, DROITS))
    shutil.copy(folder / "tls.key", folder / "tls.crt")  # both are in one file: each program takes its half
    https, http = free_ports(2)
    command, environment = request.param(stack, folder, https, http)
    child = Child(command, log=folder / "proxy.log", env=environment)
    front = Front(https, http)

    async def forwards():
        assert child.alive(), child.log_tail()
        try:
            return (await front.ask("/health/live")).status_code == 200
        except httpx2.TransportError:
            return False

    try:
        await eventually(forwards, because="the proxy forwards")
        yield front
    finally:
        child.kill()


def token(stack, acteur):
    return {"Authorization": f"Bearer {stack.token(acteur)}"}


async def signed_in(front, provider, **more):
    """A chef signs in at the ministry's portal, as his browser does: there, and back by https."""
    fim, chef_ = provider
    headers = {"Referer": f"https://{PAGES}/connexion"} | dict(more.pop("headers", {}))
    sent = await front.ask("/connexion/fim", headers=headers, **more)
    assert sent.status_code in {302, 303}, sent.text
    there = sent.headers["location"]
    assert parse_qs(urlsplit(there).query)["redirect_uri"] == [f"https://{PAGES}/connexion/fim/retour"]
    back = await fim.sign_in(there, chef_)
    kept = sent.headers["set-cookie"].partition(";")[0]
    return await front.ask("/connexion/fim/retour", params=back, headers=headers | {"Cookie": kept}, **more)


async def test_a_person_signs_in_over_https_with_a_cookie_that_nobody_else_can_set(front, provider):
    answer = await signed_in(front, provider)
    assert answer.status_code == 303, answer.text
    assert not answer.headers["location"].startswith("http:")
    [cookie] = [one for one in answer.headers.get_list("set-cookie") if one.startswith("__Host-imagin=")]
    assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    page = await front.ask("/missions", headers={"Cookie": cookie.partition(";")[0]})
    assert page.status_code == 200, page.text
    assert "max-age" in page.headers["strict-transport-security"]


async def test_the_address_of_who_asks_is_seen_and_what_a_stranger_says_of_it_is_not_believed(front, stack, provider):
    log = stack.folder / "securite.log"
    before = len(log.read_text(encoding="utf-8").splitlines()) if log.exists() else 0
    forged = {"X-Forwarded-For": "198.51.100.7", "Forwarded": "for=198.51.100.7", "X-Real-IP": "198.51.100.7"}
    assert (await signed_in(front, provider, source="127.0.0.5", headers=forged)).status_code == 303
    new = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()[before:]]
    assert {one["address"] for one in new} == {"127.0.0.5"}


async def test_a_rate_is_each_clients_own_and_is_not_lifted_by_a_forged_address(front):
    async def tries(source, **headers):
        answer = await front.ask(
            "/oauth/jeton", method="POST", host=DROITS, source=source, headers=headers, data={"grant_type": "x"}
        )
        return answer.status_code

    asked = [await tries("127.0.0.6", **{"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(4 * BURST)]
    assert 429 in asked, "another address each time, as he says"
    assert await tries("127.0.0.7") != 429, "who comes by the same proxy"


async def test_each_path_reaches_its_service(front, stack):
    chef_, of_academie = chef("0690026D", "10"), gestionnaire("10")
    assert (await front.ask("/api/missions", headers=token(stack, chef_))).json()["missions"] == []
    policy = await front.ask("/api/academies/10/politique-import", headers=token(stack, of_academie))
    assert policy.status_code == 200, policy.text
    page = await front.ask("/imports", headers={"Accept": "text/html"})
    assert page.status_code in {302, 303, 401}, "mission-import asks who comes"
    for path in ("/acces/1", "/habilitations/1", "/missions/00000000-0000-0000-0000-000000000000/habilitations"):
        assert (await front.ask(path, host=DROITS)).status_code == 401, path
    assert (await front.ask("/.well-known/jwks.json", host=DROITS)).status_code == 404
    assert (await front.ask("/imports", host=DROITS)).status_code == 404


@pytest.mark.parametrize("path", ["/metrics", "/openapi.json"])
async def test_what_is_for_operators_is_not_had_from_outside(front, path):
    assert (await front.ask(path)).status_code == 403
    assert (await front.ask(path, host=DROITS)).status_code == 404


async def test_http_sends_pages_to_https_and_refuses_who_shows_a_token(front, stack):
    moved = await front.ask("/missions?page=2", clear=True)
    assert (moved.status_code, moved.headers["location"]) == (308, f"https://{PAGES}/missions?page=2")
    headers = token(stack, chef("0690026D", "10"))
    assert (await front.ask("/api/missions", clear=True, headers=headers)).status_code == 403
    assert (await front.ask("/acces/1", clear=True, host=DROITS, headers=headers)).status_code == 403


async def test_a_file_of_closings_passes_and_what_is_larger_than_any_file_does_not(front, stack):
    headers = token(stack, gestionnaire("10"))
    passed = await front.ask("/api/imports/fichier", method="POST", headers=headers, content=b"\n" * 7_400_000)
    assert passed.status_code in {400, 422, 415}, "the service reads it, and says what is wrong"
    refused = await front.ask("/api/imports/fichier", method="POST", headers=headers, content=b"\n" * 9_000_000)
    assert refused.status_code == 413


async def test_a_process_believes_no_forwarded_address_unless_a_setting_of_ours_names_the_proxy(stack):
    """uvicorn's own FORWARDED_ALLOW_IPS opens nothing: the setting of the service alone does."""
    await asyncio.to_thread(stack.services[SANTORIN_BRIDGE.name].terminate)
    own = {"SANTORIN_BRIDGE_HTTP_TRUSTED_PROXIES": "", "FORWARDED_ALLOW_IPS": "*"}
    await stack.start_services(SANTORIN_BRIDGE, **own)
    async with httpx2.AsyncClient(base_url=stack.url(SANTORIN_BRIDGE), trust_env=False) as client:
        asked = [
            await client.post("/oauth/jeton", headers={"X-Forwarded-For": f"198.51.100.{number}"})
            for number in range(4 * BURST)
        ]
    assert 429 in {answer.status_code for answer in asked}
