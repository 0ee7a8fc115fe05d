"""The launcher `./imagin`: what it says where it cannot work, and what it tells uv of this machine."""

import ast
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

LAUNCHER = Path(__file__).parents[3] / "imagin"

_OLD_PYTHON = """
import runpy, sys
sys.version_info = (3, 9, 2, "final", 0)
sys.argv = [{launcher!r}, "demo", "--json"]
runpy.run_path({launcher!r}, run_name="__main__")
"""


@pytest.fixture
def launcher():
    return runpy.run_path(str(LAUNCHER))


def test_an_old_python_gets_one_sentence_and_nothing_on_stdout():
    program = _OLD_PYTHON.format(launcher=str(LAUNCHER))
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PATH": ""}, capture_output=True, text=True, check=False
    )
    assert done.stderr == "imagin: Python 3.9 is too old: install Python 3.11 or newer.\n"
    assert (done.returncode, done.stdout) == (69, "")


def test_an_old_python_can_read_the_launcher():
    ast.parse(LAUNCHER.read_text("utf-8"), feature_version=(3, 6))


def test_pip_settings_of_this_machine_hold_for_uv(launcher, monkeypatch, tmp_path):
    settings = tmp_path / "pip.conf"
    settings.write_text(
        "[global]\ncert = /etc/of/file.pem\nindex-url = https://file.example/simple\n"
        "extra-index-url =\n    https://one.example/simple\n    https://two.example/simple\n"
    )
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_")) or name == "SSL_CERT_FILE"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    monkeypatch.setenv("PIP_CERT", "/etc/of/variable.pem")
    told = launcher["network_settings"](sys._base_executable)
    assert told["SSL_CERT_FILE"] == "/etc/of/variable.pem"
    assert told["UV_DEFAULT_INDEX"] == "https://file.example/simple"
    assert told["UV_INDEX"] == "https://one.example/simple https://two.example/simple"
    assert told["UV_PYTHON_DOWNLOADS"] == "never"


def test_a_setting_for_uv_wins_over_pips(launcher, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip.example/simple")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://uv.example/simple")
    assert launcher["network_settings"](sys._base_executable)["UV_DEFAULT_INDEX"] == "https://uv.example/simple"


def test_uv_is_installed_from_its_lines_of_the_lock(launcher):
    name, requirement = launcher["locked_uv"]()
    version = name.removeprefix("uv-")
    assert requirement.startswith(f"uv=={version} ")
    assert requirement.count("--hash=sha256:") > 5
    assert requirement.count("==") == 1


def test_the_fingerprint_covers_the_lock_and_every_member(launcher):
    found = {path.relative_to(launcher["ROOT"]).as_posix() for path in launcher["members"]()}
    assert {"ops", "dev", "schemas", "libs/chassis", "libs/testkit", "services/notifier"} <= found


def test_what_the_demo_needs_is_a_part_of_what_the_checks_need(launcher):
    """So that an environment grows from one to the other, and both run the same versions."""
    part, whole = (
        set(re.findall(r"^([\w.-]+==\S+)", launcher[name].read_text("utf-8"), re.MULTILINE))
        for name in ("LOCK", "LOCK_OF_CHECKS")
    )
    assert {one.partition("==")[0] for one in whole - part} >= {"pytest", "mypy", "playwright", "zensical"}
    assert part < whole


@pytest.mark.parametrize(("command", "checks"), [("demo", False), ("status", False), ("test", True), ("docs", True)])
def test_only_what_checks_the_product_installs_the_tools_of_the_checks(
    launcher, monkeypatch, tmp_path, command, checks
):
    built, made = [], launcher["main"].__globals__
    monkeypatch.setitem(made, "STAMP", tmp_path / "stamp")
    monkeypatch.setitem(made, "build", built.append)
    monkeypatch.setattr(sys, "argv", ["imagin", command])
    monkeypatch.setattr(os, "execv", lambda *_: 0)
    assert launcher["main"]() == 0
    assert built == [checks]
    for kind in (True, checks):
        (tmp_path / "stamp").write_text(launcher["stamp"](kind))
        assert launcher["main"]() == 0
    assert built == [checks], "what is there is enough"
