"""The operators' console in deploy/kubernetes: its settings, whom it reads, and that nobody else reaches it."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from chassis.settings import load, variable_of
from imagin_ops import running
from imagin_ops.console.settings import ConsoleSettings
from imagin_ops.services import SERVICES

ROOT = Path(__file__).parents[2]
SERVICE_NAMES = {one.name for one in SERVICES}
OPS_URLS = {f"{one.prefix}OPS_URL": one.name for one in SERVICES}


def test_the_console_starts_with_what_its_pod_gives_and_its_password_is_a_file(manifests, monkeypatch, tmp_path):
    given = manifests.environment("console")
    known = {variable_of(ConsoleSettings, field) for field in ConsoleSettings.model_fields}
    assert {one for one in given if one.removesuffix("_FILE") not in known} <= {*OPS_URLS, "IMAGIN_PROMETHEUS_URL"}
    assert given["CONSOLE_PASSWORD_FILE"] == "/run/secrets/imagin/CONSOLE_PASSWORD"
    assert manifests.secret_files("console") == {"console": {}}  # a file for each of its keys
    secret = tmp_path / "password"
    secret.write_text("sixteen characters and more", encoding="utf-8")
    for name, value in (given | {"CONSOLE_PASSWORD_FILE": str(secret)}).items():
        monkeypatch.setenv(name, value)
    settings = load(ConsoleSettings)
    [container] = manifests.pods()["console"]["spec"]["containers"]
    [port] = container["ports"]
    assert (settings.http_host, settings.http_port) == ("0.0.0.0", port["containerPort"])
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"] == {"path": "/health/live", "port": port["name"]}  # as it needs nothing else
    selector = manifests.one("Service", "console")["spec"]["selector"]
    assert manifests.chosen({"matchLabels": selector}) == {"console"}
    assert manifests.one("Deployment", "console")["spec"]["replicas"] == 1
    assert all(running.find().ops_ports(service) for service in SERVICES)


def test_it_asks_every_process_by_a_service_that_has_the_address_of_each(manifests):
    """An address of all of them would give now one process's measures and now another's."""
    environment = manifests.environment("console")
    for variable, name in OPS_URLS.items():
        url = urlsplit(environment[variable])
        found = manifests.one("Service", url.hostname)["spec"]
        assert (found["clusterIP"], found["publishNotReadyAddresses"]) == ("None", True)
        [port] = found["ports"]
        assert (port["port"], port["targetPort"]) == (url.port, "ops")
        assert manifests.chosen({"matchLabels": found["selector"]}) == {name}
        [container] = manifests.pods()[name]["spec"]["containers"]
        assert {"name": "ops", "containerPort": url.port} in container["ports"]


def test_it_alone_of_ours_reads_measures_and_nobody_of_ours_reaches_it(manifests):
    pods = manifests.labels()
    for one, labels in pods.items():
        for name in SERVICE_NAMES - {one}:
            through = [
                manifests.passes("Egress", labels, pods[name], "ops"),
                manifests.passes("Ingress", pods[name], labels, "ops"),
            ]
            assert all(through) == (one == "console"), (one, name, through)
            assert not (one == "console" and manifests.passes("Egress", labels, pods[name], "http"))
        assert not manifests.passes("Ingress", pods["console"], labels, "http")


@pytest.mark.parametrize(("overlay", "asked"), [("essai", False), ("production", True)], indirect=["overlay"])
def test_where_there_is_prometheus_it_is_asked_and_may_be(overlay, asked):
    url = overlay.environment("console").get("IMAGIN_PROMETHEUS_URL")
    assert (url is not None) == asked
    rules = [
        (peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"], port["port"])
        for one in overlay.of("NetworkPolicy")
        if one["spec"]["podSelector"].get("matchLabels", {}).get("app.kubernetes.io/component") == "console"
        for rule in one["spec"].get("egress", [])
        for peer in rule["to"]
        if "namespaceSelector" in peer
        for port in rule["ports"]
    ]
    if url is None:
        assert rules == []
    else:
        place = urlsplit(url)
        assert rules == [(place.hostname.split(".")[1], place.port)]


def test_the_readme_names_its_secret():
    text = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
    assert "| `console` | `CONSOLE_PASSWORD`" in text
