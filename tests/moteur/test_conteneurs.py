"""What Dockerfile and compose.yaml promise of the containers, asked of those that run."""

import json
import time
from datetime import datetime

import httpx2
import pytest

from imagin_ops.services import CONVOCATION, MISSION_IMPORT, SANTORIN_BRIDGE, SERVICES
from testkit.eventually import eventually

OURS = [*(service.name for service in SERVICES), "console"]
OF_TESTS = {"pytest", "playwright", "hypothesis", "aiosmtpd", "ruff", "mypy", "testkit", "imagin-dev"}
TOOLS = {"pip", "setuptools", "wheel", "uv", "uv-build", "cyclonedx-bom"}
DISTRIBUTIONS = (
    "from importlib.metadata import distributions; print(*(one.metadata['Name'] for one in distributions()))"
)
WRITE = "for place in / /etc /opt/imagin /usr/bin /var/lib/imagin /tmp; do touch $place/written 2>&1 || true; done"


def names(words):
    return {word.lower().replace("_", "-").replace(".", "-") for word in words}


def test_the_bill_of_materials_is_what_is_installed_and_no_test_tool_is(installation):
    bill = json.loads(installation.run("cat", "/opt/imagin/sbom.cdx.json"))
    installed = names(installation.run("python", "-c", DISTRIBUTIONS).split())
    assert names(one["name"] for one in bill["components"]) == installed
    assert installed.isdisjoint(OF_TESTS | TOOLS)
    assert {"mission-import", "convocation", "santorin-bridge", "notifier", "imagin-ops"} <= installed
    weight = installation.run("sh", "-c", "du -sm /opt/imagin").split()[0]
    installation.tell(f"/opt/imagin: {weight} MiB, {len(installed)} packages, each in the bill of materials")


def test_no_program_that_installs_or_builds_is_left(installation):
    programs = (
        "command -v pip pip3 uv gcc cc; for python in /usr/bin/python3 /usr/local/bin/python /opt/imagin/bin/python"
    )
    assert installation.run("sh", "-c", f"{programs}; do $python -m pip --version 2>/dev/null; done; true") == ""


@pytest.mark.parametrize("name", OURS)
def test_a_process_has_no_root_no_capability_and_writes_in_tmp_alone(installation, name):
    status = dict(line.split(":", 1) for line in installation.inside(name, "cat", "/proc/1/status").splitlines())
    assert (set(status["Uid"].split()), set(status["Gid"].split())) == ({"10001"}, {"10001"})
    assert {int(status[f"Cap{one}"], 16) for one in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {0}
    assert status["NoNewPrivs"].split() == ["1"]
    refused = installation.inside(name, "sh", "-c", WRITE).splitlines()
    assert [line.partition("written': ")[2] for line in refused] == ["Read-only file system"] * 5


def test_ports_are_open_to_this_machine_alone_and_measures_to_nobody(installation):
    for name in OURS:
        ports = installation.container(name)["NetworkSettings"]["Ports"]
        bindings = [binding for each in ports.values() for binding in each or []]
        assert {binding["HostIp"] for binding in bindings} <= {"127.0.0.1"}
        assert "9000/tcp" not in ports


def test_the_init_job_has_ended_well_and_services_are_ready(installation):
    state = installation.container("init")["State"]
    assert (state["Status"], state["ExitCode"]) == ("exited", 0)
    for service in (MISSION_IMPORT, CONVOCATION, SANTORIN_BRIDGE):
        assert httpx2.get(f"{installation.url(service)}/health/ready", trust_env=False).status_code == 200
    assert {installation.container(name)["State"]["Health"]["Status"] for name in OURS} == {"healthy"}


def test_what_is_drawn_once_is_read_by_nobody_else(installation):
    """The volume of keys: its owner alone, and nothing of it in what the engine shows of a container."""
    modes = set(installation.inside(CONVOCATION.name, "sh", "-c", "stat -c %a /var/lib/imagin/*").split())
    assert modes == {"600"}
    key = installation.inside(CONVOCATION.name, "cat", "/var/lib/imagin/link").strip()
    assert len(key) >= 32
    assert all(key not in json.dumps(installation.container(name)) for name in OURS)


async def test_a_service_says_how_long_its_start_takes(installation):
    """Its process alone, Kafka and PostgreSQL run."""
    installation.compose("restart", MISSION_IMPORT.name)
    url = f"{installation.url(MISSION_IMPORT)}/health/ready"

    async def ready():
        try:
            return httpx2.get(url, trust_env=False).status_code == 200
        except httpx2.TransportError:
            return False

    await eventually(ready, timeout=60, because="mission-import is ready again")
    began = datetime.fromisoformat(installation.container(MISSION_IMPORT.name)["State"]["StartedAt"])
    installation.tell(f"mission-import is ready {time.time() - began.timestamp():.1f} s after its container's start")
