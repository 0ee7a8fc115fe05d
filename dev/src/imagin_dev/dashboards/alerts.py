"""The alert rules as the dashboards need them: where a panel turns red is where its alert fires."""

import re
from functools import cache
from math import prod
from pathlib import Path
from typing import NamedTuple

import yaml

_RULES = Path(__file__).resolve().parents[4] / "deploy" / "prometheus" / "alertes.yml"
_NUMBER = r"\d+(?:\.\d+)?"
_COMPARED = re.compile(rf'(==|>=?|le=") ?({_NUMBER}(?: \* {_NUMBER})*)(?= |"|$)')
_COLOURS = {"critical": "red", "warning": "orange"}


class Alert(NamedTuple):
    """`limit`: what its expression compares with first, in the metric's unit; a bucket counts as its bound.

    It fires above it, or where `at` exactly there.
    """

    name: str
    colour: str
    page: str
    at: bool
    limit: float


@cache
def alerts() -> dict[str, Alert]:
    """By name, those whose expression compares with a number."""
    groups = yaml.safe_load(_RULES.read_text(encoding="utf-8"))["groups"]
    found = [_alert(rule) for group in groups for rule in group["rules"] if "alert" in rule]
    return {one.name: one for one in found if one}


def _alert(rule: dict[str, object]) -> Alert | None:
    compared = _COMPARED.search(str(rule["expr"]))
    if compared is None:
        return None
    labels, annotations = rule["labels"], rule["annotations"]
    assert isinstance(labels, dict)
    assert isinstance(annotations, dict)
    limit = prod(float(factor) for factor in compared[2].split(" * "))
    name, colour = str(rule["alert"]), _COLOURS[labels["severity"]]
    return Alert(name, colour, annotations["runbook_url"], compared[1] == "==", limit)
