"""deploy/prometheus: rules ask for metrics that exist, send to commands and pages that exist, fire when they must."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY
from typer.main import get_command

import chassis.metrics
import convocation.main
import mission_import.main
import notifier.main
import santorin_bridge.main
from imagin_ops.main import app
from imagin_ops.services import SERVICES
from testkit.programs import find_program

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "prometheus"
EVERY = [
    rule
    for group in yaml.safe_load((FOLDER / "alertes.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
RULES = [rule for rule in EVERY if "alert" in rule]
RECORDED = {rule["record"] for rule in EVERY if "record" in rule}
FILES = ("alertes.test.yml", "alertes-jours.test.yml")
TESTS = [one for name in FILES for one in yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))["tests"]]
PAGE = ROOT / "docs" / "exploitation" / "alertes.md"
PARTS = ["Symptôme.", "Regarder.", "Réparer.", "Vérifier."]
MODULES = (chassis.metrics, convocation.main, mission_import.main, notifier.main, santorin_bridge.main)
OTHERS = {
    "up",
    "process_start_time_seconds",
    "probe_success",
    "probe_ssl_earliest_cert_expiry",
    "backup_last_success_timestamp_seconds",
    "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp",
    "cnpg_collector_last_available_backup_timestamp",
}
"""Of Prometheus and of exporters that docs/exploitation/alertes.md names."""
_NAME = re.compile(r"\b(?:imagin:[\w:]+|up\b(?=\{)|(?:imagin|process|probe|backup|barman|cnpg)_\w+)")


def exposed():
    """Names as Prometheus sees them, of the chassis and the four services."""
    assert MODULES
    suffixes = ("", "_total", "_count", "_bucket")
    return {f"{metric.name}{suffix}" for metric in REGISTRY.collect() for suffix in suffixes}


@pytest.mark.parametrize("rule", EVERY, ids=[rule.get("alert") or rule["record"] for rule in EVERY])
def test_a_rule_asks_for_metrics_that_exist(rule):
    asked = set(_NAME.findall(rule["expr"]))
    assert asked
    assert asked <= exposed() | OTHERS | RECORDED


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_an_alert_says_how_bad_it_is_in_a_sentence_and_sends_to_commands_that_exist(rule):
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert set(rule["annotations"]) == {"summary", "action", "runbook_url"}
    commands = re.findall(r"imagin ([a-z]+)(?: ([a-z]+))?", rule["annotations"]["action"])
    assert commands or "journal" in rule["annotations"]["action"]
    for name, sub in commands:
        command = get_command(app).get_command(None, name)
        assert command, name
        assert not sub or not hasattr(command, "commands") or sub in command.commands


def test_a_rule_groups_by_labels_that_its_metrics_have():
    """`job` and `instance` are Prometheus's own."""
    labels = {
        f"{name}{suffix}": {"job", "instance", *collector._labelnames}
        for name, collector in REGISTRY._names_to_collectors.items()
        for suffix in ("", "_total")
        if hasattr(collector, "_labelnames")
    }
    grouped = 0
    for rule in RULES:
        for by, metric in re.findall(r"by \(([\w, ]+)\) \((imagin_\w+)\)", rule["expr"]):
            grouped += 1
            named = {label.strip() for label in by.split(",")}
            assert named <= labels[metric], rule["alert"]
            told = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
            assert told <= named, rule["alert"]
    assert grouped >= 5


def sections():
    """The page of the alerts: the text under each heading of the second level that is an alert's name."""
    parts = re.split(r"^## (\w+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_each_alert_has_a_section_of_the_page_and_each_section_an_alert():
    assert list(sections()) == [rule["alert"] for rule in RULES]
    for rule in RULES:
        assert rule["annotations"]["runbook_url"] == f"docs/exploitation/alertes.html#{rule['alert'].lower()}"


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_a_section_says_how_bad_it_is_what_is_seen_where_to_look_what_to_do_and_how_to_check(rule):
    text = sections()[rule["alert"]]
    assert re.findall(r"^\*\*(\w+\.)\*\*", text, flags=re.MULTILINE) == PARTS
    assert ("*Critique.*" in text, "*Avertissement.*" in text) == (
        rule["labels"]["severity"] == "critical",
        rule["labels"]["severity"] == "warning",
    )
    assert "```sh" in text


def test_what_the_page_looks_for_in_a_log_is_what_a_service_writes():
    """A word that nobody writes would be looked for at night, and not be there."""
    words = set(re.findall(r'grep ([a-z_.]+) "\$JOURNAL"', PAGE.read_text(encoding="utf-8")))
    files = [*ROOT.glob("services/*/src/**/*.py"), *ROOT.glob("libs/*/src/**/*.py")]
    sources = "\n".join(file.read_text(encoding="utf-8") for file in files)
    assert len(words) >= 6
    assert {word for word in words if f'"{word}"' not in sources} == set()


def test_each_alert_is_tested_firing_and_silent():
    fires, silent = set(), set()
    for one in TESTS:
        for asked in one["alert_rule_test"]:
            (fires if asked["exp_alerts"] else silent).add(asked["alertname"])
    names = {rule["alert"] for rule in RULES}
    assert fires == names
    assert silent == names


@pytest.mark.parametrize("arguments", [("check", "config", "prometheus.yml"), ("test", "rules", *FILES)], ids=" ".join)
def test_promtool_takes_the_example_and_sees_each_alert_fire_and_be_silent(arguments):
    program = find_program("promtool", "prometheus")
    done = subprocess.run([program, *arguments], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_has_a_job_for_each_service_by_the_name_that_alerts_know():
    jobs = {
        job["job_name"]
        for job in yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    }
    named = {
        name for rule in RULES for names in re.findall(r'job=~?"([^"]+)"', rule["expr"]) for name in names.split("|")
    }
    assert named >= {service.name for service in SERVICES}
    assert named <= jobs


def test_what_waits_and_who_stands_still_raise_an_alarm_whoever_exposes_them():
    expressions = {rule["alert"]: rule["expr"] for rule in RULES}
    assert expressions["ImaginOutboxEnRetard"] == "max by (job, source) (imagin_outbox_oldest_age_seconds) > 60"
    standing = "max by (group, topic) (imagin_consumer_standing_seconds) > 60"
    assert expressions["ImaginLecteurImmobile"] == standing


def test_each_alert_is_named_once():
    names = [rule["alert"] for rule in RULES]
    assert len(names) == len(set(names)) >= 8
