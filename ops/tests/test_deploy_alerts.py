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


def test_each_alert_is_named_once():
    names = [rule["alert"] for rule in RULES]
    assert len(names) == len(set(names)) >= 8
