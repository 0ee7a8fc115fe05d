"""docs/exigences.md says which test shows each requirement: those tests exist, and no requirement is left out."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "exigences.md").read_text(encoding="utf-8")


def test_all_57_requirements_are_listed():
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)] == list(range(1, 58))


def test_every_test_named_there_exists():
    sources = [
        file
        for folder in ("services", "schemas", "libs", "ops", "dev", "tests")
        for file in (ROOT / folder).rglob("test_*.py")
    ]
    existing = set(re.findall(r"def (test_\w+)", "\n".join(file.read_text(encoding="utf-8") for file in sources)))
    assert set(re.findall(r"`(test_\w+)`", PAGE)) <= existing
