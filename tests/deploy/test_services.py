"""deploy/kubernetes against the code: settings, ports, probes, commands, readers, who reaches whom."""

import json
import re
from importlib.metadata import distribution
from pathlib import Path
from secrets import token_urlsafe
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import typer.main

import convocation.main
import mission_import.main
import notifier.main
import santorin_bridge.main
from acces.jetons import create_keys
from chassis.http import create_app, ops_app
from chassis.server import configured
from chassis.service import Runtime
from chassis.settings import KafkaSettings, load, variable_of
from event_schemas.catalogue import TOPICS
from imagin_ops.acls import acls
from imagin_ops.main import app as imagin_ops
from imagin_ops.services import SERVICES
from testkit.certificates import write_certificates

MAINS = {
    one.Settings.service_name: one
    for one in (mission_import.main, convocation.main, santorin_bridge.main, notifier.main)
}
ROOT = Path(__file__).parents[2]
PATH = "/run/secrets/imagin/"
VALUES = {"DATABASE_URL": "postgresql://x:x@x/x", "SMTP_URL": "smtps://x:x@x", "CLIENTS": "{}"}
STOPPING_SECONDS = 12 + 5 + 5
"""chassis.service, after the drain and what uvicorn waits: batches and relay, the application, the pool."""
every_service = pytest.mark.parametrize("name", MAINS)


def fill(folder, files):
    """A file for each that the pod has, with something that the setting may be."""
    folder.mkdir(exist_ok=True)
    for file in files:
        path = folder / file
        path.parent.mkdir(exist_ok=True)
        known = next((value for end, value in VALUES.items() if file.endswith(end)), None)
        path.write_text(json.dumps(create_keys()) if file.endswith("SIGNING_KEYS") else known or token_urlsafe(32))
    write_certificates(folder / "kafka" / "ca.crt", folder / "unused.pem")


def files_of(manifests, name):
    """The pod's files; a Secret that gives all its keys has one for each variable that names a file of its folder."""
    whole = [key for key, items in manifests.secret_files(name).items() if not items]
    given = {path for items in manifests.secret_files(name).values() for path in items.values()}
    named = {one.removeprefix(PATH) for one in manifests.environment(name).values() if one.startswith(PATH)}
    if "imagin-ops" in whole and name != "exploitation":
        given |= {"jwks.json"}
    return given | {one for one in named if "/" not in one and whole}


@pytest.fixture
def deployed(manifests, monkeypatch, tmp_path):
    """The settings of a service as its pod reads them."""

    def settings(name):
        fill(tmp_path / "secrets", files_of(manifests, name))
        for variable, value in manifests.environment(name).items():
            monkeypatch.setenv(variable, value.replace(PATH, f"{tmp_path}/secrets/"))
        return load(MAINS[name].Settings)

    return settings


@every_service
def test_each_variable_is_a_setting_and_every_setting_that_is_needed_is_given(deployed, manifests, name):
    kind = MAINS[name].Settings
    known = {variable_of(kind, field) for field in kind.model_fields}
    known |= {f"{one}_FILE" for one in known}
    assert set(manifests.environment(name)) - known == set()
    assert deployed(name).service_name == name


@every_service
def test_no_secret_is_a_value(manifests, name):
    kind = MAINS[name].Settings
    secrets = {
        variable_of(kind, field) for field, one in kind.model_fields.items() if "SecretStr" in str(one.annotation)
    }
    assert len(secrets) >= 3
    assert secrets & set(manifests.environment(name)) == set()


def test_no_secret_is_a_manifest(files):
    assert files.of("Secret") == []


@every_service
def test_the_readme_names_the_secret_and_each_key_that_the_pod_reads(manifests, name):
    rows = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8").splitlines()
    [row] = [one for one in rows if one.startswith(f"| `{name}` | `{name.replace('-', '_').upper()}_")]
    asked = [value for value in manifests.environment(name).values() if value.startswith(PATH)]
    keys = {one.removeprefix(PATH) for one in asked} - {"kafka/password", "kafka/ca.crt"}
    assert keys
    assert {one for one in keys if f"`{one}`" not in row} == set()


@every_service
def test_ports_probes_and_the_time_to_stop_are_the_services_own(deployed, manifests, name):
    settings = deployed(name)
    template = manifests.pods()[name]
    [container] = template["spec"]["containers"]
    ports = {one["name"]: one["containerPort"] for one in container["ports"]}
    assert ports == {"http": settings.http_port, "ops": settings.ops_http_port}
    assert (settings.http_host, settings.ops_http_host) == ("0.0.0.0", "0.0.0.0")  # the pod's own address
    paths = {one.path for one in create_app(title="probed").routes}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = container[probe]["httpGet"]
        assert asked["port"] == "http"
        assert asked["path"] in paths
    assert container["livenessProbe"]["httpGet"]["path"] == "/health/live"
    assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"
    waits = configured(create_app(title="stopped"), settings).timeout_graceful_shutdown
    stop = settings.http_drain_seconds + waits + STOPPING_SECONDS
    assert template["spec"]["terminationGracePeriodSeconds"] > stop
    service = manifests.one("Service", name)["spec"]
    assert [(one["port"], one["targetPort"]) for one in service["ports"]] == [(settings.http_port, "http")]


def test_prometheus_reads_the_operators_port_and_names_jobs_by_service(files):
    monitor = files.one("PodMonitor", "services")["spec"]
    [endpoint] = monitor["podMetricsEndpoints"]
    assert endpoint["port"] == "ops"
    assert endpoint["path"] in {one.path for one in ops_app(create_app(title="measured")).routes}
    chosen = files.chosen(monitor["selector"])
    assert {files.labels()[name][monitor["jobLabel"]] for name in chosen} == set(MAINS)


def test_commands_exist(manifests):
    for name, pod in manifests.pods().items():
        [container] = pod["spec"]["containers"]
        program, *words = [*container["command"], *container.get("args", [])]
        if program != "imagin-ops":
            assert (program, words) in [(one, []) for one in MAINS] or name == "exploitation"
            continue
        assert "imagin-ops" in {one.name for one in distribution("imagin-ops").entry_points}
        command = typer.main.get_command(imagin_ops)
        for word in words:
            command = command.get_command(None, word) if hasattr(command, "list_commands") else command
        assert not hasattr(command, "list_commands"), words
    scripts = {script.name for one in MAINS for script in distribution(one).entry_points}
    assert scripts >= set(MAINS)


def test_the_commands_variables_are_what_they_read(manifests):
    kafka = {f"IMAGIN_{name.upper()}" for name in KafkaSettings.model_fields}
    services = {f"{one.prefix}{word}" for one in SERVICES for word in ("DATABASE_URL", "DATABASE_PASSWORD", "URL")}
    known = kafka | services | {"IMAGIN_DATABASE_URL", "IMAGIN_SIGNING_KEYS"}
    for name in set(manifests.pods()) - {*MAINS, "console"}:
        given = set(manifests.environment(name))
        assert {one for one in given if one not in known and one.removesuffix("_FILE") not in known} == set()
        named = {one for one in manifests.environment(name).values() if one.startswith(PATH)}
        assert {one.removeprefix(PATH) for one in named} <= files_of(manifests, name)


@every_service
def test_keda_counts_what_the_code_reads_and_never_wants_more_processes_than_partitions(deployed, files, name):
    readers = MAINS[name].build(Runtime(deployed(name), SimpleNamespace(), SimpleNamespace(wake=None))).readers
    scaled = files.one("ScaledObject", name)["spec"]
    counted = {one["metadata"]["consumerGroup"]: one["metadata"]["topic"] for one in scaled["triggers"]}
    assert counted == {group: reader.topic for group, reader in readers.items()}
    topics = {one["metadata"]["name"]: one["spec"] for one in files.of("KafkaTopic")}
    assert scaled["maxReplicaCount"] <= min(topics[topic]["partitions"] for topic in counted.values())
    assert scaled["minReplicaCount"] <= scaled["maxReplicaCount"]
    assert "replicas" not in files.one("Deployment", name)["spec"]


def test_topics_are_the_catalogues_with_as_many_copies_as_the_pool_has_brokers(manifests):
    topics = {one["metadata"]["name"]: one["spec"] for one in manifests.of("KafkaTopic")}
    assert set(topics) in (set(), set(TOPICS))
    for pool in manifests.of("KafkaNodePool"):
        assert {one["replicas"] for one in topics.values()} == {pool["spec"]["replicas"]}
        in_sync = {one["config"]["min.insync.replicas"] for one in topics.values()}
        assert in_sync == {str(max(1, pool["spec"]["replicas"] - 1))}


def test_where_strimzi_makes_the_topics_the_job_only_compares(overlay):
    [container] = overlay.pods()["topics"]["spec"]["containers"]
    assert [*container["command"], *container["args"]] == ["imagin-ops", "topics", "diff"]


def test_each_user_has_the_rights_of_the_code_and_the_secret_that_its_pod_reads(files):
    users = {one["metadata"]["name"]: one["spec"]["authorization"]["acls"] for one in files.of("KafkaUser")}
    given = {
        (user, operation, right["resource"]["type"], right["resource"].get("name", "kafka-cluster"))
        for user, rights in users.items()
        for right in rights
        for operation in right["operations"]
    }
    kinds = {"transactional-id": "transactionalId"}
    assert given == {
        (one.user, operation, kinds.get(one.resource, one.resource), one.name)
        for one in acls()
        for operation in one.operations
    }
    prefix = files.one("Kafka", "imagin")["spec"]["entityOperator"]["userOperator"]["secretPrefix"]
    for name in {*MAINS, "topics", "exploitation"}:
        [user] = [one for variable, one in files.environment(name).items() if variable.endswith("SASL_USERNAME")]
        assert user in users
        assert f"{prefix}{user}" in files.secret_files(name)


def test_who_calls_whom_is_let_through_at_both_ends_and_nobody_else_is(manifests):
    pods = manifests.labels()
    called = {
        (name, url.hostname)
        for name in pods
        for value in manifests.environment(name).values()
        for found in re.findall(r"http://[a-z-]+:8000", value)
        if (url := urlsplit(found)).hostname in MAINS
    }
    assert ("notifier", "convocation") in called
    for one, labels in pods.items():
        for other in set(MAINS) - {one}:
            through = [
                manifests.passes("Egress", labels, pods[other], "http"),
                manifests.passes("Ingress", pods[other], labels, "http"),
            ]
            assert all(through) == ((one, other) in called), (one, other, through)


def test_a_database_is_reached_by_its_service_its_migrations_and_the_operators_and_kafka_by_who_needs_it(manifests):
    pods = manifests.labels()
    for cluster in manifests.of("Cluster"):
        name = cluster["metadata"]["name"]
        instance = {"cnpg.io/cluster": name}
        of = {
            one
            for one, labels in pods.items()
            if manifests.passes("Egress", labels, instance, 5432)
            and manifests.passes("Ingress", instance, labels, 5432)
        }
        service = name.removesuffix("-pg")
        assert of == {service, f"migrations-{service}", "exploitation"}
    for _ in manifests.of("Kafka"):
        broker = {"strimzi.io/cluster": "imagin", "strimzi.io/kind": "Kafka"}
        of = {one for one, labels in pods.items() if manifests.passes("Egress", labels, broker, 9093)}
        assert of == {*MAINS, "topics", "exploitation"}
