"""docs/asvs.md answers each requirement of ASVS 5.0, levels 1 and 2; what it names exists, and its counts are right."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE)
OF_THE_STANDARD = {"1": 70, "2": 183}
KINDS = {
    "`test_": "shown by a test",
    "by design: `": "by design",
    "by the operator: ": "by the operator",
    "does not apply: ": "does not apply",
    "not done: ": "not done",
}


def kind(how):
    found = [name for start, name in KINDS.items() if how.startswith(start)]
    return found[0] if found else how


def test_each_requirement_of_levels_1_and_2_is_answered_once():
    numbers = [tuple(map(int, number.split("."))) for number, _, _ in ROWS]
    assert numbers == sorted(set(numbers))
    assert Counter(level for _, level, _ in ROWS) == OF_THE_STANDARD


def test_every_test_and_file_named_there_exists():
    sources = [
        file
        for folder in ("services", "schemas", "libs", "ops", "dev", "tests")
        for file in (ROOT / folder).rglob("test_*.py")
    ]
    existing = set(re.findall(r"def (test_\w+)", "\n".join(file.read_text(encoding="utf-8") for file in sources)))
    assert set(re.findall(r"`(test_\w+)`", PAGE)) - existing == set()
    assert [file for file in re.findall(r"`((?:[\w.-]+/)+[\w.-]+)`", PAGE) if not (ROOT / file).is_file()] == []


def test_the_counts_are_those_of_the_rows():
    told = re.findall(r"^\| ([a-z ]+) \| (\d+) \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
    counted = Counter((kind(how), level) for _, level, how in ROWS)
    names = [*KINDS.values()]
    expected = [(name, counted[name, "1"], counted[name, "2"]) for name in names]
    expected.append(("all", *OF_THE_STANDARD.values()))
    assert [(name, int(one), int(two)) for name, one, two, _ in told] == expected
    assert [int(total) for *_, total in told] == [one + two for _, one, two in expected]
