"""Programs of this machine that tests of pages and documents need: never downloaded, never missed in silence."""

import os
import shutil

import pytest

CHROMIUM_ARGUMENTS = ("--no-sandbox",)  # a container's root cannot have one; only pages of our own are opened


def find_program(name: str, package: str | None, *others: str) -> str:
    """The path of `name` (or of one of `others`), which Debian's `package` brings, if any does.

    Without it the test fails in CI and is skipped, telling what to install, elsewhere; in CI too where
    IMAGIN_TEST_WITHOUT names it.
    """
    path = next(filter(None, map(shutil.which, (name, *others))), None)
    if path:
        return path
    reason = f"no {name} on this machine" + (f": apt-get install {package}" if package else "")
    if os.environ.get("CI") and name not in os.environ.get("IMAGIN_TEST_WITHOUT", "").split():
        pytest.fail(reason)
    pytest.skip(reason)


def find_browser() -> str:
    """A Chromium: IMAGIN_BROWSER, else the first on the PATH."""
    return os.environ.get("IMAGIN_BROWSER") or find_program("chromium", "chromium", "chromium-browser", "google-chrome")
