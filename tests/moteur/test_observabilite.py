"""Profile « observability »: Prometheus with the configuration as it is delivered, and the console that reads it."""

import re
from pathlib import Path

import httpx2
import pytest
import yaml

from imagin_ops.services import SERVICES
from testkit.eventually import eventually

RULES = Path(__file__).parents[2] / "deploy" / "prometheus" / "alertes.yml"


@pytest.fixture(scope="module")
def prometheus(installation):
    """Started as README says: it, and the console anew, which then reads it."""
    installation.environment["IMAGIN_PROMETHEUS_URL"] = "http://prometheus:9090"
    installation.compose("up", "--detach", "--no-build", "--wait", "prometheus", "console")
    url = f"http://127.0.0.1:{installation.ports['PROMETHEUS']}/api/v1"
    with httpx2.Client(base_url=url, trust_env=False) as client:
        yield client


async def test_prometheus_of_compose_reads_every_service_and_knows_every_alert(prometheus):
    def up():
        targets = prometheus.get("/targets").raise_for_status().json()["data"]["activeTargets"]
        assert {one["labels"]["job"]: one["health"] for one in targets} == dict.fromkeys(
            (service.name for service in SERVICES), "up"
        )
        return True

    await eventually(up, timeout=60, because="every service is scraped")
    written = [
        rule.get("alert") or rule["record"]
        for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
    ]

    def evaluated():
        groups = prometheus.get("/rules").raise_for_status().json()["data"]["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        assert sorted(rule["name"] for rule in rules) == sorted(written)
        assert {rule["health"] for rule in rules} == {"ok"}
        return True

    await eventually(evaluated, timeout=60, because="every rule is evaluated")


async def test_the_console_reads_prometheus(installation, prometheus):
    password = installation.inside("console", "cat", "/var/lib/imagin/console").strip()
    url = f"http://127.0.0.1:{installation.ports['CONSOLE']}/"

    def says(sentence):
        page = httpx2.get(url, auth=("exploitation", password), trust_env=False).raise_for_status().text
        assert re.search(sentence, page)
        return True

    await eventually(lambda: says("Tout va bien|chose à regarder|choses à regarder"), timeout=60)
    installation.compose("stop", "prometheus")
    await eventually(lambda: says("Prometheus ne répond pas"), timeout=60, because="it reads nothing else")
