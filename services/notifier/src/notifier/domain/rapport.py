"""The fields of a delivery report (RFC 3464), read as servers write them: blanks before a colon, lines continued
without an indent, blank lines anywhere, actions that the standard does not know.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
"""An enhanced status code (RFC 3463)."""

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]*)[ \t]*:(.*)")
_FAILED = re.compile(r"fail|expire|undeliver|reject|bounce|return")
_NOT_FAILED = re.compile(r"delay|defer|deliver|relay|expand|queue|warn|transien")
_LONG = 2_000
_ONCE = {"action", "final-recipient", "original-recipient", "status"}
"""Where one of these comes again, the next recipient begins: blank lines say nothing."""


class Sort(NamedTuple):
    """What became of one recipient. `code`: RFC 3463, if told; never that of a success."""

    echec: bool
    code: str | None


def sorts(report: str) -> list[Sort]:
    """Of each recipient that the text tells of; none for a text that is no report."""
    return [sort for fields in _recipients(report) if (sort := _sort(fields)) is not None]


def _recipients(report: str) -> Iterator[dict[str, str]]:
    """Fields by their names in lower case; a value that is said on, in lines or fields, is read up to a length."""
    fields: dict[str, str] = {}
    name = ""
    for line in report.splitlines():
        found = _FIELD.match(line)  # an indented line is none
        value = found[2] if found else line
        name = found[1].lower() if found else name
        if found and name in _ONCE and name in fields:
            yield fields
            fields = {}
        if name and len(known := fields.get(name, "")) < _LONG:
            fields[name] = f"{known} {value.strip()}".strip()
    yield fields


def _sort(fields: dict[str, str]) -> Sort | None:
    action, code = fields.get("action", "").lower().partition("(")[0], _most_exact_code(fields)
    if _FAILED.search(action):
        return Sort(echec=True, code=code)
    if _NOT_FAILED.search(action):
        return Sort(echec=False, code=code)
    if code is None or "final-recipient" not in fields:
        return None
    return Sort(echec=code.startswith("5"), code=code)


def _most_exact_code(fields: dict[str, str]) -> str | None:
    """The status, unless it is vague (5.1.0, 5.0.0) and the server's own words are not. Never of a success."""
    told = " ".join(fields.get(name, "") for name in ("status", "diagnostic-code", "x-supplementary-info"))
    codes = [found[0] for found in CODE.finditer(told) if found[1] != "2"]
    return next((code for code in codes if not code.endswith(".0")), codes[0] if codes else None)
