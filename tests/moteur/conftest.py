"""compose.yaml on a Docker engine: built, started, asked and taken away. All tests of this folder share it."""

import asyncio
import json
import os
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
import pytest_asyncio

from chassis.connecting import kafka_connection
from chassis.database import connect
from convocation.operations import open_session
from imagin_ops.services import CONVOCATION, MISSION_IMPORT, SERVICES
from testkit.ports import free_ports

ROOT = Path(__file__).parents[2]
IMAGES = Path(__file__).parent / "images"
PROJECT = "imagin-moteur"
IMAGE = f"imagin-e3c:{PROJECT}"
PORTS = ("KAFKA", "POSTGRES", "MAILPIT", "MISSION_IMPORT", "CONVOCATION", "SANTORIN_BRIDGE", "CONSOLE", "PROMETHEUS")
STAND_INS = ("kafka", "mailpit", "prometheus")
PASSWORD = "invented for tests"  # of a server that lives some minutes
FIGURES = pytest.StashKey[list[str]]()


def docker(*arguments, environment=None, timeout=600):
    """What it prints. A failure shows what the program said."""
    done = subprocess.run(
        ["docker", *arguments],
        cwd=ROOT,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stdout}{done.stderr}"
    return done.stdout


def pytest_configure(config):
    config.stash[FIGURES] = []


def pytest_terminal_summary(terminalreporter, config):
    if config.stash[FIGURES]:
        terminalreporter.section("image and compose on the engine")
        for line in config.stash[FIGURES]:
            terminalreporter.line(line)


class Installation:
    """compose.yaml under a name of its own, at free ports; `tell` adds a line to the summary."""

    def __init__(self, tell):
        self.tell = tell
        self.ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        self.environment = {f"{name}_PORT": str(port) for name, port in self.ports.items()} | {
            "COMPOSE_PROJECT_NAME": PROJECT,
            "IMAGIN_VERSION": PROJECT,
            "IMAGIN_PROMETHEUS_URL": "http://prometheus:9090",
            "NOTIFIER_SETTLE_SECONDS": "2",  # two minutes as it is delivered
            "POSTGRES_PASSWORD": PASSWORD,
        }
        admin = f"postgresql://postgres:{quote(PASSWORD)}@127.0.0.1:{self.ports['POSTGRES']}"
        self.databases = {service.name: f"{admin}/{service.package}" for service in SERVICES}
        self.bootstrap = f"127.0.0.1:{self.ports['KAFKA']}"
        self.kafka_connection = kafka_connection(bootstrap=self.bootstrap)

    def compose(self, *arguments, timeout=600):
        return docker("compose", *arguments, environment=self.environment, timeout=timeout)

    def inside(self, service, *command):
        """What a command prints in the container of `service`."""
        return self.compose("exec", "-T", service, *command)

    def counted(self, service):
        """The memory that the engine counts for a container, as it prints it."""
        return docker("stats", "--no-stream", "--format", "{{.MemUsage}}", self.container(service)["Id"])

    def run(self, *command):
        """What a command prints in a container of the image alone."""
        return docker("run", "--rm", "--network=none", IMAGE, *command)

    def ops(self, *arguments):
        """What an operator's command prints in the service `exploitation`; how it judges is not looked at."""
        judged = 'imagin-ops "$@" || [ $? = 1 ]'
        return self.compose("run", "--rm", "--no-TTY", "exploitation", "sh", "-c", judged, "sh", *arguments)

    def kill(self, service):
        """SIGKILL to its process, as the kernel does it: the engine's own `kill` would not start it again."""
        pid = self.container(service)["State"]["Pid"]
        docker("run", "--rm", "--pid=host", "--user=0:0", "--network=none", IMAGE, "sh", "-c", f"kill -9 {pid}")

    def container(self, service):
        """What the engine knows of it, also when it has ended."""
        [found] = json.loads(docker("inspect", self.compose("ps", "--all", "--quiet", service).strip()))
        return found

    def imagin(self, *arguments):
        """A command of this clone at the published ports. JSON where it prints that."""
        done = subprocess.run(
            [ROOT / ".venv" / "bin" / "imagin", *arguments],
            env=os.environ | {"IMAGIN_KAFKA_BOOTSTRAP": self.bootstrap},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def url(self, service):
        return f"http://127.0.0.1:{self.ports[service.prefix.rstrip('_')]}"

    async def headers(self, acteur):
        """As a browser asks after a sign-in: nobody can sign in here without a provider, so its row is written."""
        connection = await connect(self.databases[CONVOCATION.name])
        try:
            session = await open_session(connection, acteur, datetime.now(UTC))
        finally:
            await connection.close()
        return {"Cookie": f"imagin_session={session}", "Sec-Fetch-Site": "same-origin"}

    async def mails(self):
        """By Message-ID how many convocations each mail holds that the mail server has taken."""
        base = f"http://127.0.0.1:{self.ports['MAILPIT']}/api/v1"
        async with httpx2.AsyncClient(base_url=base, timeout=60, trust_env=False) as client:
            taken = (await client.get("/messages", params={"limit": 10_000})).raise_for_status().json()
            assert len(taken["messages"]) == taken["total"]
            found = {}
            for one in taken["messages"]:
                if one["MessageID"] not in found:
                    raw = await client.get(f"/message/{one['ID']}/raw")
                    found[one["MessageID"]] = raw.content.count(b"\nContent-Type: application/pdf")
        return found

    def build(self):
        """The image as README says, and stand-ins unless the official images are wanted."""
        if os.environ.get("IMAGIN_MOTEUR_OFFICIAL") != "1":
            for name in STAND_INS:
                tag = f"imagin-stand-in/{name}"
                docker("build", "--quiet", "--network=host", "--tag", tag, str(IMAGES / name), timeout=900)
                self.environment[f"{name.upper()}_IMAGE"] = tag
            self.environment |= {
                "POSTGRES_IMAGE": "postgres:15",
                "PYTHON_IMAGE": "python:3.11-slim-bookworm",
                "BUILD_NETWORK": "host",
            }
        began = time.monotonic()
        self.compose("build", MISSION_IMPORT.name, timeout=900)
        size = int(docker("image", "inspect", "--format", "{{.Size}}", IMAGE)) / 1e6
        self.tell(f"image built in {time.monotonic() - began:.0f} s (layers of before are kept), {size:.0f} MB in all")

    def start(self):
        began = time.monotonic()
        self.compose("up", "--detach", "--no-build", "--wait")
        self.tell(f"docker compose up --wait: {time.monotonic() - began:.0f} s")
        for name in ("kafka", "postgres", "mailpit"):
            image = self.container(name)["Config"]["Image"]
            labels = json.loads(docker("image", "inspect", "--format", "{{json .Config.Labels}}", image)) or {}
            said = [value for label, value in labels.items() if label.endswith("stand-in")]
            self.tell(f"{name}: {image}" + (f", a stand-in: {said[-1]}" if said else ", the official image"))

    def down(self):
        self.compose("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "20")


@pytest.fixture(scope="session")
def installation(request):
    if os.environ.get("IMAGIN_TEST_MOTEUR") != "1":
        pytest.skip("a lane of its own, on a Docker engine: IMAGIN_TEST_MOTEUR=1 ./imagin test tests/moteur")
    docker("info", timeout=30)
    one = Installation(request.config.stash[FIGURES].append)
    one.down()  # what a lane that was killed has left
    try:
        one.build()
        one.start()
        yield one
    finally:
        if request.session.testsfailed:
            one.tell(one.compose("logs", "--no-color", "--tail", "25"))
        one.down()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def santorin(installation):
    """Answers every right, as a process of its own at the published port."""
    command = [ROOT / ".venv" / "bin" / "imagin", "simulate", "santorin"]
    environment = os.environ | {"IMAGIN_KAFKA_BOOTSTRAP": installation.bootstrap}
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    yield process
    process.kill()
    await process.wait()
