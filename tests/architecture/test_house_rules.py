"""Rules that are executed: sizes (decision 0012), one form of a subscriber (D1), nothing of this machine in a file."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    file for folder in ("services", "schemas", "libs", "ops", "dev") for file in (ROOT / folder).rglob("src/**/*.py")
)
MAX_MODULES = 12
MAX_FILE, MAX_FUNCTION, MAX_HANDLER, MAX_TEST_FILE = 300, 40, 15, 400


def functions(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def lines(file):
    return len(file.read_text(encoding="utf-8").splitlines())


def test_no_source_file_has_more_than_300_lines():
    assert [str(file) for file in SOURCES if lines(file) > MAX_FILE] == []


def test_no_test_file_has_more_than_400_lines():
    folders = ("services", "schemas", "libs", "ops", "dev", "tests")
    tests = [file for folder in folders for file in (ROOT / folder).rglob("test_*.py")]
    assert [str(file) for file in tests if lines(file) > MAX_TEST_FILE] == []


def test_a_folder_of_a_service_has_at_most_12_modules():
    modules = {}
    for file in SOURCES:
        if "services" in file.parts and file.name != "__init__.py":
            modules.setdefault(file.parent, []).append(file.name)
    too_many = {
        str(folder.relative_to(ROOT)): len(names) for folder, names in modules.items() if len(names) > MAX_MODULES
    }
    assert too_many == {}


def test_no_function_has_more_than_40_lines():
    too_long = [(file.name, name, size) for file in SOURCES for name, size in functions(file) if size > MAX_FUNCTION]
    assert too_long == []


def test_no_tuple_is_unpacked_where_it_is_written():
    """`*(a, b)` in a call or a list only defeats the formatter."""
    packed = [
        (str(file.relative_to(ROOT)), node.lineno)
        for file in SOURCES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Starred) and isinstance(node.value, ast.Tuple)
    ]
    assert packed == []


def test_no_handler_has_more_than_15_lines():
    handlers = [file for file in SOURCES if "handlers" in file.parts or file.name == "reader.py"]
    assert handlers
    too_long = [(file.name, name) for file in handlers for name, size in functions(file) if size > MAX_HANDLER]
    assert [one for one in too_long if not one[1].startswith("_")] == []


def test_there_is_one_subscriber_and_it_cannot_lose_a_record():
    text = {file.name: file.read_text(encoding="utf-8") for file in SOURCES}
    assert [name for name, code in text.items() if ".subscriber(" in code] == ["subscribing.py"]
    for needed in ("AckPolicy.MANUAL", "no_reply=True", '"earliest"', '"read_committed"'):
        assert needed in text["subscribing.py"]
    assert [name for name, code in text.items() if "publish_batch" in code or "@broker.publisher" in code] == []


def test_no_source_file_names_the_months_itself():
    assert [str(file) for file in SOURCES if '"février"' in file.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("word", ["pypi", "pythonhosted", "maven.org", "/work" + "/", "shared/docs", "docker.io"])
def test_no_file_names_a_registry_or_a_path_of_a_machine(word):
    found = subprocess.run(
        ["git", "grep", "-il", "--", word], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    assert [file for file in found if not file.endswith("test_house_rules.py")] == []


def test_ci_refers_to_nothing_outside_the_project():
    assert [file.name for file in (ROOT / ".ci").iterdir() if "../" in file.read_text(encoding="utf-8")] == []


def test_every_kill_point_of_the_code_is_hit_by_a_test():
    code = "\n".join(file.read_text(encoding="utf-8") for file in SOURCES)
    tests = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("*.py"))
    points = set(re.findall(r'kill_point\("([a-z_.]+)"\)', code)) - {"name"}
    assert {point for point in points if f'"{point}:' not in tests} == set()
