"""Both replicas of a service are restarted one after the other under load, behind a proxy that asks /health/ready."""

import asyncio
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from acces.acteur import Acteur, Role
from imagin_dev.stack import Stack
from imagin_ops.services import CONVOCATION
from testkit.child import Child
from testkit.eventually import eventually
from testkit.ports import free_port
from testkit.processes import ServiceProcess
from testkit.programs import find_program

CONFIGURATION = """\
defaults
  mode http
  retries 0
  timeout connect 2s
  timeout client 10s
  timeout server 10s
  timeout check 3s
  option httpchk GET /health/ready
listen proxy
  bind 127.0.0.1:{port}
{servers}
"""


@pytest_asyncio.fixture(loop_scope="session")
async def stack():
    folder = Path(tempfile.mkdtemp(prefix="imagin-rolling-"))
    async with Stack(folder, given=False, services=(CONVOCATION,)) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def replicas(stack):
    """Two processes of convocation, each with a port of its own; `restart` gives one a successor on its port."""
    environment = stack._environment(CONVOCATION, 1) | {"CONVOCATION_HTTP_DRAIN_SECONDS": "3"}

    def start(number, port):
        log = stack.folder / f"replica-{number}.log"
        return ServiceProcess.of("convocation", environment, log=log, ports=(port, free_port()))

    running = [start(number, free_port()) for number in range(2)]
    await asyncio.gather(*(one.wait_ready() for one in running))
    yield running, start
    for one in running:
        await asyncio.to_thread(one.terminate)


@pytest.fixture
async def proxy(replicas, tmp_path):
    """HAProxy before both, which never tries a request again."""
    running, _ = replicas
    port, configuration = free_port(), tmp_path / "haproxy.cfg"
    servers = "\n".join(f"  server r{one.port} 127.0.0.1:{one.port} check inter 200ms fall 1 rise 1" for one in running)
    configuration.write_text(CONFIGURATION.format(port=port, servers=servers), encoding="utf-8")
    program = find_program("haproxy", "haproxy")
    child = Child([program, "-db", "-f", str(configuration)], log=tmp_path / "haproxy.log")
    url = f"http://127.0.0.1:{port}"

    async def forwards():
        async with httpx2.AsyncClient(base_url=url, trust_env=False) as client:
            try:
                return (await client.get("/health/ready")).status_code == 200
            except httpx2.TransportError:
                return False

    await eventually(forwards, because="the proxy has found both")
    yield url
    child.kill()


async def _is_used(process):
    async with httpx2.AsyncClient(base_url=process.ops_url, trust_env=False) as client:
        return 'route="/api/missions"' in (await client.get("/metrics")).text


async def test_a_rolling_restart_behind_a_proxy_fails_no_request(stack, replicas, proxy):
    running, start = replicas
    answers, stopped = Counter(), asyncio.Event()
    token = stack.token(Acteur("chef", Role.CHEF, uais=frozenset({"0690026D"})))

    async def ask():
        async with httpx2.AsyncClient(base_url=proxy, trust_env=False) as client:
            while not stopped.is_set():
                try:
                    answer = await client.get("/api/missions", headers={"Authorization": f"Bearer {token}"})
                    answers[answer.status_code] += 1
                except httpx2.TransportError as error:
                    answers[type(error).__name__] += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(ask())
        try:
            for number, one in enumerate(running):
                assert await asyncio.to_thread(one.terminate) == 0
                running[number] = start(number, one.port)
                await running[number].wait_ready()
                await eventually(lambda new=running[number]: _is_used(new), because="the proxy uses the new process")
        finally:
            stopped.set()
    print(f"answers through the proxy: {dict(answers)}")  # noqa: T201
    assert set(answers) == {200}
    assert answers[200] > 200
