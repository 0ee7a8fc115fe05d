"""The start of a service's process: its modules are imported with Python's garbage collector off."""

import gc
from importlib import import_module


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
