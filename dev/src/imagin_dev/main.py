"""The `imagin` command. The demo imports no other command: so Kafka starts a fifth of a second earlier (mesures.md)."""

import sys
from importlib import import_module


def main() -> None:
    asked = "imagin_dev.demo.command" if sys.argv[1:2] == ["demo"] else "imagin_dev.commands"
    import_module(asked).app(prog_name="imagin")
