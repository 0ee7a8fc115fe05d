"""Decision 0065: what failed among all is run again alone, and one is told; what fails twice has failed."""

import pytest

from imagin_dev import quality

UNSTABLE = """
from pathlib import Path

def test_unstable():
    seen = Path("seen")
    first, _ = not seen.exists(), seen.touch()
    assert not first
"""
BROKEN = "def test_broken(): raise AssertionError\n"
STOPPED = "import not_there\n"


@pytest.fixture
def check(tmp_path, monkeypatch):
    """`check` of a project of these tests; its exit code."""
    monkeypatch.setattr(quality, "project_root", lambda: tmp_path)
    # the others' imports take two seconds of each of eighteen processes
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p xdist.plugin")

    def run(*tests):
        for number, text in enumerate(tests):
            (tmp_path / f"test_{number}.py").write_text(text, encoding="utf-8")
        try:
            quality.check(only="tests")
        except SystemExit as ended:
            return ended.code
        return 0

    return run


def test_a_test_that_passes_alone_is_named_and_holds_nothing_up(check, capfd):
    assert check(UNSTABLE) == 0
    assert "INSTABLES, à corriger : test_0.py::test_unstable" in capfd.readouterr().err


def test_a_test_that_fails_alone_too_has_failed(check, capfd):
    assert check(UNSTABLE, BROKEN) == 1
    assert "INSTABLES" not in capfd.readouterr().err


def test_many_that_failed_are_not_run_again(check, capfd):
    assert check(*[UNSTABLE.replace("seen", f"seen_{number}") for number in range(6)]) == 1
    assert "relancés" not in capfd.readouterr().err


def test_tests_that_cannot_be_read_have_failed(check):
    assert check(UNSTABLE, STOPPED) != 0
