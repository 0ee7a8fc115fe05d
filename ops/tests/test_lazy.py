"""`imagin` imports the command that is asked for and no other: each start of `imagin status` was a second long."""

import os
import subprocess
import sys

import pytest
from typer.main import get_command

from imagin_dev import main as dev
from imagin_ops import main as ops

IMPORTED = "import sys; from imagin_dev.main import app; app(sys.argv[1:], standalone_mode=False); print(*sys.modules)"


@pytest.mark.parametrize("app", [dev, ops])
def test_every_command_that_is_named_is_there(app):
    group = get_command(app.app)
    assert (
        group.list_commands(None) == [*app.COMMANDS] if app is ops else {*app.COMMANDS} < {*group.list_commands(None)}
    )
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        assert command.name == name
        assert command.help


def test_one_command_imports_no_other():
    asked = [sys.executable, "-c", IMPORTED, "status", "--help"]
    imported = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()[-1].split()
    assert "imagin_ops.commands.status" in imported
    assert not {"fastapi", "playwright", "imagin_dev.demo.command", "imagin_ops.commands.console"} & {*imported}


def test_status_imports_nothing_that_takes_longer_than_its_own_work(tmp_path):
    """Without an installation it ends before it asks anybody; Rich comes with the sentence that says so."""
    program = f"try:\n    {IMPORTED.replace('; print', chr(10) + 'finally: print')}"
    asked = [sys.executable, "-c", program.replace("import sys; ", "import sys\n    "), "status"]
    alone = {"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(asked, capture_output=True, text=True, check=False, env=alone)
    imported = {*done.stdout.splitlines()[-1].split()}
    assert {"aiokafka", "asyncpg", "imagin_ops.commands.status"} < imported
    heavy = {"pydantic", "httpx2", "yaml", "prometheus_client", "structlog", "cryptography", "opentelemetry"}
    assert not heavy & imported
