"""deploy/systemd: units that systemd takes and finds closed enough, with each secret a setting of its service."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import convocation.settings
import mission_import.settings
import notifier.settings
import santorin_bridge.settings
from chassis.settings import variable_of
from imagin_ops.console.settings import ConsoleSettings
from testkit.programs import find_program

FOLDER = Path(__file__).parents[2] / "deploy" / "systemd"
SETTINGS = {
    one.Settings.service_name: one.Settings
    for one in (mission_import.settings, convocation.settings, santorin_bridge.settings, notifier.settings)
}
PREPARATION = "imagin-preparation.service"
CONSOLE = "imagin-console.service"
UNITS = [*(f"imagin@{name}.service" for name in SETTINGS), PREPARATION, CONSOLE]
EXPOSED_AT_MOST = 15  # tenths, on the scale of ten of systemd-analyze
STOPPING_SECONDS = 3 + 32


@pytest.fixture
def installed(tmp_path):
    """The units with the programs of this environment."""
    folder = tmp_path / "units"
    shutil.copytree(FOLDER, folder)
    for unit in UNITS:
        file = folder / unit
        template = folder / re.sub("@.*", "@.service", unit)
        file.write_text(template.read_text(encoding="utf-8").replace("/opt/imagin", sys.prefix), encoding="utf-8")
    return folder


def analyze(*arguments):
    program = find_program("systemd-analyze", "systemd")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def directives(file):
    """Of all sections: name and value, in their order."""
    lines = (FOLDER / file).read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("=", 1)) for line in lines if line and line[0] not in "#["]


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_takes_the_unit_and_its_program_is_there(installed, unit):
    assert analyze("verify", "--man=no", str(installed / unit)) == (0, "")


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_the_unit_closed(installed, unit):
    threshold = f"--threshold={EXPOSED_AT_MOST}"
    code, said = analyze("security", "--offline=true", "--no-pager", threshold, str(installed / unit))
    assert code == 0, said


@pytest.mark.parametrize("name", [*SETTINGS, "console"])
def test_each_credential_is_a_secret_setting_that_is_read_from_its_file(name):
    found = directives(CONSOLE if name == "console" else f"imagin@{name}.service.d/secrets.conf")
    loaded = dict(value.split(":") for directive, value in found if directive == "LoadCredential")
    given = dict(value.split("=") for directive, value in found if directive == "Environment")
    assert loaded == {one: f"/etc/imagin/secrets/{one}" for one in loaded}
    assert given == {f"{one}_FILE": f"%d/{one}" for one in loaded}
    kind = ConsoleSettings if name == "console" else SETTINGS[name]
    assert loaded
    assert set(loaded) <= {variable_of(kind, field) for field in kind.model_fields}
    needed = {
        variable_of(kind, field)
        for field, one in kind.model_fields.items()
        if one.is_required() and "SecretStr" in str(one.annotation)
    }
    assert needed <= set(loaded)


def test_a_process_is_started_again_without_end_and_has_the_time_to_stop():
    unit = dict(directives("imagin@.service"))
    assert (unit["Restart"], unit["StartLimitIntervalSec"]) == ("always", "0")
    assert int(unit["TimeoutStopSec"]) > STOPPING_SECONDS
    assert unit["ExecStart"] == "/opt/imagin/bin/%i"


def test_the_console_is_started_again_without_end_and_runs_the_command():
    unit = dict(directives(CONSOLE))
    assert (unit["Restart"], unit["StartLimitIntervalSec"]) == ("always", "0")
    assert unit["ExecStart"] == "/opt/imagin/bin/imagin-ops console"


def test_each_service_has_a_user_of_its_own():
    users = re.findall(r"^u (\S+)", (FOLDER / "imagin-sysusers.conf").read_text(encoding="utf-8"), re.MULTILINE)
    assert users == [f"imagin-{name}" for name in SETTINGS]
    assert dict(directives("imagin@.service"))["User"] == "imagin-%i"


def test_what_precedes_a_release_is_topics_then_migrations():
    run = [value for name, value in directives(PREPARATION) if name == "ExecStart"]
    assert run == ["/opt/imagin/bin/imagin-ops topics apply", "/opt/imagin/bin/imagin-ops db migrate"]
