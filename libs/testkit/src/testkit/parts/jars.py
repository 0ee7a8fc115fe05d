"""Jars from the pinned lists beside this file (Kafka's; the tools of integrators' readers and clients), fetched once
by jgo, checked against their sha256."""

import hashlib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from testkit.parts.cache import cache_folder, locked

KAFKA_VERSION = "4.4.0"
Progress = Callable[[str], None]


def kafka_libs(on_progress: Progress) -> Path:
    """The folder with every jar of the broker; downloads about 43 MB the first time."""
    return _folder(cache_folder() / f"kafka-{KAFKA_VERSION}" / "libs", _pinned("kafka-jars.txt"), on_progress)


def reader_libs(on_progress: Progress) -> Path:
    """The folder with a Java compiler (4 MB with Kafka's console tools), which a Java runtime does not bring."""
    return _listed("readers", "reader-jars.txt", on_progress)


def client_libs(on_progress: Progress) -> Path:
    """The folder with the generator of API clients and what its Java clients need (32 MB)."""
    return _listed("clients", "client-jars.txt", on_progress)


def kit_libs(on_progress: Progress) -> Path:
    """The folder with what the kit's Java consumers need beside Kafka's client and Jackson (20 MB)."""
    return _listed("kits", "kit-jars.txt", on_progress)


def _listed(name: str, pins_file: str, on_progress: Progress) -> Path:
    pins = _pinned(pins_file)
    version = hashlib.sha256(repr(sorted(pins.items())).encode()).hexdigest()[:12]
    return _folder(cache_folder() / f"{name}-{version}" / "libs", pins, on_progress)


def _folder(libs: Path, pins: dict[str, str], on_progress: Progress) -> Path:
    if not libs.exists():
        with locked(libs.parent.name):
            if not libs.exists():  # the process before us may have done it
                from testkit.parts.downloading import download  # noqa: PLC0415  # a tenth of a second, for the first start

                download(libs, pins, on_progress)
    return libs


def _pinned(name: str) -> dict[str, str]:
    text = files("testkit.parts").joinpath(name).read_text("utf-8")
    lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {coordinate: sha256 for coordinate, sha256 in lines}  # noqa: C416  # a check of the two columns
