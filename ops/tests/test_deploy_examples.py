"""deploy/<service>.env.example lists every setting of its service, at its default where it has one, and no other."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from secrets import token_urlsafe

import pytest

import convocation.settings
import mission_import.settings
import notifier.settings
import santorin_bridge.settings
from acces.jetons import create_keys
from chassis.given import Misconfigured
from chassis.settings import load, variable_of
from testkit.ports import free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
SETTINGS = [
    one.Settings for one in (convocation.settings, mission_import.settings, notifier.settings, santorin_bridge.settings)
]
EXAMPLE = "CHANGE-ME-CHANGE-ME-CHANGE-ME-CHANGE-ME"
_LINE = re.compile(r"^(# )?([A-Z][A-Z_]+)=(.*)$", re.MULTILINE)


def example(settings):
    text = (DEPLOY / f"{settings.service_name}.env.example").read_text(encoding="utf-8")
    return {name: (bool(comment), value) for comment, name, value in _LINE.findall(text)}


def draw_keys(settings, monkeypatch):
    """Each its own."""
    for name, (_, value) in example(settings).items():
        if value == EXAMPLE:
            monkeypatch.setenv(name, drawn(name))


def drawn(name):
    return json.dumps(create_keys()) if name.endswith("SIGNING_KEYS") else token_urlsafe(32)


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings.service_name)
def test_the_example_lists_every_setting_and_no_other_at_its_default(settings):
    listed = example(settings)
    fields = {variable_of(settings, name): field for name, field in settings.model_fields.items()}
    assert set(listed) == set(fields)
    for name, (commented, value) in listed.items():
        if fields[name].is_required():
            assert not commented
            assert value
        elif commented:
            assert value == ("" if fields[name].default is None else str(fields[name].default)), name


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings.service_name)
def test_the_service_can_be_configured_with_its_example_once_each_key_is_drawn(settings, monkeypatch):
    for name, (commented, value) in example(settings).items():
        if not commented:
            monkeypatch.setenv(name, value)
    if EXAMPLE in {value for _, value in example(settings).values()}:
        with pytest.raises(Misconfigured, match="the key of the example"):
            load(settings)
    draw_keys(settings, monkeypatch)
    assert load(settings).kafka_bootstrap == "localhost:9092"


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings.service_name)
def test_every_line_of_the_example_may_be_used_as_it_stands(settings, monkeypatch):
    for name, (_, value) in example(settings).items():
        monkeypatch.setenv(name, value)
    draw_keys(settings, monkeypatch)
    loaded = load(settings)
    for name, field in settings.model_fields.items():
        if not field.is_required() and example(settings)[variable_of(settings, name)][0]:
            assert getattr(loaded, name) == field.default, name


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings.service_name)
def test_a_process_with_wrong_settings_says_so_in_a_sentence_each_and_ends_with_2(settings):
    package = settings.service_name.replace("-", "_")
    prefix = settings.model_config["env_prefix"]
    given = {name: drawn(name) for name, (_, value) in example(settings).items() if value == EXAMPLE}
    given |= {f"{prefix}HTTP_PORT": "SECRET", f"{prefix}CONVOCATION_URL": "http://localhost:8000"}
    given["IMAGIN_TOKEN_KEY_FILE"] = f"{DEPLOY}/{settings.service_name}.env.example"
    given[f"{prefix}MAIL_DIR"] = "/nowhere"
    done = subprocess.run(
        [sys.executable, "-m", package],
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [f"{settings.service_name} does not start"] * 4
    assert sorted(line.split()[4].strip(":") for line in done.stderr.splitlines()) == sorted(
        [f"{prefix}DATABASE_URL", f"{prefix}HTTP_PORT", f"{prefix}KAFKA_BOOTSTRAP", "IMAGIN_TOKEN_KEY"]
    )
    assert "SECRET" not in done.stderr


@pytest.mark.parametrize("taken", ["HTTP_PORT", "OPS_HTTP_PORT"])
def test_a_process_whose_port_is_taken_names_it_and_ends_with_2(taken, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ports = {"NOTIFIER_HTTP_PORT": str(free_port()), "NOTIFIER_OPS_HTTP_PORT": str(free_port())}
        given = ports | {f"NOTIFIER_{taken}": str(port), "NOTIFIER_MAIL_DIR": str(tmp_path)}
        given |= {"NOTIFIER_DATABASE_URL": "postgresql://x@127.0.0.1:1/x", "NOTIFIER_KAFKA_BOOTSTRAP": "127.0.0.1:1"}
        given |= {"NOTIFIER_CONVOCATION_URL": "http://127.0.0.1:1", "IMAGIN_TOKEN_KEY": token_urlsafe(32)}
        done = subprocess.run(
            [sys.executable, "-m", "notifier"],
            env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | given,
            capture_output=True,
            text=True,
            check=False,
        )
    said = f"notifier does not start: NOTIFIER_{taken}: nobody can listen at 127.0.0.1:{port}: the log says why\n"
    assert (done.returncode, done.stderr) == (2, said)
    assert "address already in use" in done.stdout
