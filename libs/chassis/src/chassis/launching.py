"""The start of a process: modules are imported with Python's garbage collector off, and who can wait yields."""

import gc
import os
from contextlib import suppress
from importlib import import_module

NICENESS = 10
"""A tenth of a processor that others want, all of one that is idle."""


def launch(service: str) -> None:
    """Import `<service>.main` and run its `main`.

    Importing makes hundreds of thousands of objects that stay. Looking for garbage among them is a tenth of the start
    (docs/mesures.md), and later on again and again, unless they are frozen.
    """
    gc.disable()
    module = import_module(f"{service}.main")
    gc.freeze()
    gc.enable()
    module.main()


def yield_to_pages() -> None:
    """This process's work can wait while somebody's page wants its processor; it counts within one control group."""
    with suppress(PermissionError):  # of a sandbox: then it works as any other
        os.nice(NICENESS)
