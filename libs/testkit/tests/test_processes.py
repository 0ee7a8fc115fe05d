"""A service's process is observed and hurt from outside, as an operator and a machine would."""

import sys

import pytest

from testkit.eventually import eventually
from testkit.ports import free_port
from testkit.processes import ServiceProcess

_SERVER = """
import http.server, os, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health/ready" else 404)
        self.end_headers()
print("started", flush=True)
if "FAIL" in os.environ:
    sys.exit(70)
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Ready).serve_forever()
"""


@pytest.fixture
def start(tmp_path):
    started = []

    def starter(**environment: str) -> ServiceProcess:
        port = free_port()
        environment = {"PORT": str(port), **environment}
        command = [sys.executable, "-c", _SERVER]
        started.append(ServiceProcess(command, environment=environment, port=port, log=tmp_path / "server.log"))
        return started[-1]

    yield starter
    for process in started:
        process.kill()


async def test_a_started_process_is_ready_when_it_says_so(start):
    process = start()
    await process.wait_ready()
    assert process.rss_bytes() > 1_000_000
    assert process.terminate() == -15


async def test_a_killed_process_is_gone_when_kill_returns(start):
    process = start()
    await process.wait_ready()
    process.kill()
    assert (process.alive(), process.returncode) == (False, -9)


async def test_a_paused_process_can_still_be_stopped(start):
    process = start()
    await process.wait_ready()
    process.pause()
    with pytest.raises(AssertionError, match="not ready within"):
        await process.wait_ready(timeout=0.2)
    assert process.terminate() == -15


async def test_a_process_that_ends_while_starting_is_reported_with_its_log(start):
    process = start(FAIL="1")
    with pytest.raises(AssertionError, match="ended with 70:\nstarted"):
        await process.wait_ready()
    assert await process.wait_ended() == 70


async def test_a_process_inherits_no_settings_of_ours(start, monkeypatch):
    monkeypatch.setenv("FAIL", "1")
    process = start()
    await process.wait_ready()
    await eventually(process.alive)
