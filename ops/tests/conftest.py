"""The operators' commands as an operator types them, with an environment of their own."""

import asyncio
import json
import os
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from chassis.connecting import kafka_connection
from event_schemas.catalogue import TOPICS
from imagin_ops import topics
from imagin_ops.main import app
from imagin_ops.services import SERVICES
from testkit.topics import delete_topic

SCRIPT = Path(sys.executable).with_name("imagin-ops")
OURS = ("IMAGIN_", "XDG_CACHE_HOME", *(service.prefix for service in SERVICES))


class Done(NamedTuple):
    """How a command ended; `seconds` it took."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Imagin:
    """`await imagin("topics", "diff", IMAGIN_KAFKA_BOOTSTRAP=…)`: nothing of this machine's demos or variables.

    Called, it runs in a thread of this process, which saves two seconds each time; `process` is the real thing.
    """

    def __init__(self, cache):
        self._taken = [name for name in os.environ if name.startswith(OURS)]
        self._cache = {"XDG_CACHE_HOME": str(cache)}

    async def __call__(self, *arguments, **environment):
        loop = asyncio.get_running_loop()
        before = loop.time()
        given = dict.fromkeys(self._taken) | self._cache | environment
        done = await asyncio.to_thread(CliRunner().invoke, app, [str(one) for one in arguments], env=given)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Done(done.exit_code, done.stdout, done.stderr, loop.time() - before)

    async def process(self, *arguments, **environment):
        loop = asyncio.get_running_loop()
        before = loop.time()
        bare = {name: value for name, value in os.environ.items() if name not in self._taken}
        process = await asyncio.create_subprocess_exec(
            *(str(one) for one in (SCRIPT, *arguments)),
            env=bare | self._cache | environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(60):
                out, err = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise AssertionError(f"{arguments} has not ended after 60 s") from None
        assert "Traceback" not in err.decode(), err.decode()
        return Done(process.returncode, out.decode(), err.decode(), loop.time() - before)


@pytest.fixture
def imagin(tmp_path):
    return Imagin(tmp_path)


@pytest.fixture
async def installation(kafka, database):
    """Topics without a record, migrated databases, nobody's processes: all is well."""
    for name in TOPICS:
        await delete_topic(kafka.bootstrap, name)
    await topics.apply(kafka_connection(bootstrap=kafka.bootstrap))
    given = {f"{service.prefix}DATABASE_URL": (await database(service.package)).url for service in SERVICES}
    return given | {"IMAGIN_KAFKA_BOOTSTRAP": kafka.bootstrap}


@pytest.fixture
def replica():
    """`replica(metrics=…)`: a process that answers as it is told."""
    servers = []

    def start(health="ok", text=b"", date=None):
        answers = {"/health/ready": health.encode(), "/metrics": text}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.answers(200 if self.path == "/metrics" or health == "ok" else 503)
                self.end_headers()
                self.wfile.write(answers[self.path])

            def answers(self, status):
                self.send_response_only(status)
                self.send_header("Date", date or self.date_time_string())

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def frozen():
    """The address of a process that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
