"""The `imagin` command: the developers' commands, and all of the operators'."""

from imagin_ops import main as ops
from imagin_ops.lazy import lazy_app

COMMANDS = {
    name: f"imagin_dev.{place}"
    for name, place in {
        "demo": "demo.command:demo",
        "test": "quality:test",
        "check": "quality:check",
        "docs": "documentation.command:docs",
        "kubernetes": "kubernetes:kubernetes",
        "dashboards": "dashboards.command:dashboards",
        "bench": "bench.commands:app",
        "soak": "soak.command:soak",
        "simulate": "simulate:app",
    }.items()
}
app = lazy_app(
    COMMANDS | ops.COMMANDS,
    "IMAG'IN E3C: from the end of registration in Cyclades to the rights in SANTORIN.",
    passing={"test"},
)


def main() -> None:
    app(prog_name="imagin")
