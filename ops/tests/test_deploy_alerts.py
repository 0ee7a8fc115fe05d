"""deploy/prometheus/alertes.yml: every metric it asks for exists, every command it sends an operator to is one."""

import re
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

FILE = Path(__file__).resolve().parents[2] / "deploy" / "prometheus" / "alertes.yml"
RULES = [rule for group in yaml.safe_load(FILE.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]
SERVICES = (chassis.metrics, convocation.main, mission_import.main, notifier.main, santorin_bridge.main)


def exposed():
    """Names as Prometheus sees them, of the chassis and the four services."""
    assert SERVICES
    return {name for metric in REGISTRY.collect() for name in (metric.name, f"{metric.name}_total")}


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_a_rule_asks_for_metrics_that_exist_and_sends_to_commands_that_exist(rule):
    asked = set(re.findall(r"imagin_\w+", rule["expr"]))
    assert asked
    assert asked <= exposed()
    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"critical", "warning"}
    commands = re.findall(r"imagin ([a-z]+)(?: ([a-z]+))?", rule["annotations"]["action"])
    assert commands or "journal" in rule["annotations"]["action"]
    for name, sub in commands:
        command = get_command(app).commands[name]
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


def test_what_waits_and_who_stands_still_raise_an_alarm_whoever_exposes_them():
    expressions = {rule["alert"]: rule["expr"] for rule in RULES}
    assert expressions["ImaginOutboxEnRetard"] == "max by (job, source) (imagin_outbox_oldest_age_seconds) > 60"
    standing = "max by (group, topic, partition) (imagin_consumer_standing_seconds) > 60"
    assert expressions["ImaginLecteurImmobile"] == standing


def test_each_alert_is_named_once():
    names = [rule["alert"] for rule in RULES]
    assert len(names) == len(set(names)) >= 8
