"""`imagin test` and `imagin check`: the one task runner; `.ci/run` calls `check`."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from imagin_ops.output import fail, say

ROOT = Path(__file__).resolve().parents[3]


def _bin(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


_STEPS = (
    ("format", ["ruff", "format", "--check", "--quiet", "."]),
    ("lint", ["ruff", "check", "--quiet", "."]),
    ("types", ["mypy"]),
    ("imports", ["lint-imports", "--no-cache"]),
    ("schemas", ["python", "-m", "event_schemas", "check"]),
    ("openapi", ["python", "-m", "imagin_dev.documentation.contrat", "check"]),
    # Two at once: many tests wait for others' clocks, and one after another takes over an hour.
    ("tests", ["pytest", "-q", "-n", "2", "--durations=60", "--durations-min=5"]),
    ("speed", ["imagin", "bench", "gate"]),
)
_MOST_AGAIN = 5


def _run(name: str, *arguments: str) -> int:
    environment = os.environ | {"NO_COLOR": "1"}
    return subprocess.run([_bin(name), *arguments], cwd=project_root(), env=environment, check=False).returncode


def project_root() -> Path:
    if not (ROOT / "pyproject.toml").exists():
        fail("cette commande se lance depuis un clone du projet", code=2)
    return ROOT


def test(context: typer.Context) -> None:
    """All tests, on real Kafka and real PostgreSQL; arguments go to pytest (`-n 2`: two at once)."""
    raise typer.Exit(_run("pytest", *context.args))


def _failed_again_alone() -> int:
    """Runs again, one after another, the few tests that failed beside others (decision 0065); the exit code of that."""
    kept = project_root() / ".pytest_cache" / "v" / "cache" / "lastfailed"
    failed = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    if not 0 < len(failed) <= _MOST_AGAIN:
        return 1
    say(f"échec parmi les autres, relancés seuls : {', '.join(failed)}")
    code = _run("pytest", "-q", *failed)
    if code == 0:
        say(f"INSTABLES, à corriger : {', '.join(failed)}")
    return code


def check(*, only: Annotated[str, typer.Option(help="One step: " + ", ".join(n for n, _ in _STEPS))] = "") -> None:
    """Format, lint, types, import contracts, schema gate, tests, speed: what CI runs. Stops at the first failure."""
    for name, command in _STEPS:
        if only in {"", name}:
            started = time.monotonic()
            say(f"{name} …")
            code = _run(*command)
            if code == 1 and name == "tests":  # 1: tests failed; others: pytest could not run them
                code = _failed_again_alone()
            if code:
                fail(f"{name} a échoué", code=code)
            say(f"{name} : {time.monotonic() - started:.1f} s")
