"""Jars from the pinned lists beside this file (Kafka's; the compiler and tools of integrators' readers), fetched once
by jgo, checked against their sha256."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import requests
import truststore
from jgo.config import GlobalSettings
from jgo.maven import MavenContext

from testkit.parts.cache import cache_folder, locked
from testkit.parts.errors import PartError

KAFKA_VERSION = "4.4.0"
Progress = Callable[[str], None]


def kafka_libs(on_progress: Progress) -> Path:
    """The folder with every jar of the broker; downloads about 43 MB the first time."""
    return _folder(cache_folder() / f"kafka-{KAFKA_VERSION}" / "libs", _pinned("kafka-jars.txt"), on_progress)


def reader_libs(on_progress: Progress) -> Path:
    """The folder with a Java compiler (4 MB with Kafka's console tools), which a Java runtime does not bring."""
    pins = _pinned("reader-jars.txt")
    version = hashlib.sha256(repr(sorted(pins.items())).encode()).hexdigest()[:12]
    return _folder(cache_folder() / f"readers-{version}" / "libs", pins, on_progress)


def _folder(libs: Path, pins: dict[str, str], on_progress: Progress) -> Path:
    if not libs.exists():
        with locked(libs.parent.name):
            if not libs.exists():  # the process before us may have done it
                _download(libs, pins, on_progress)
    return libs


@contextmanager
def _certificates_of_this_machine() -> Iterator[None]:
    """jgo's client knows only the certificates it ships; behind a proxy that inspects, the system's are needed."""
    bundle = os.environ.get("PIP_CERT")
    if bundle:
        os.environ.setdefault("SSL_CERT_FILE", bundle)
    truststore.inject_into_ssl()
    try:
        yield
    finally:
        truststore.extract_from_ssl()


def _download(libs: Path, wanted: dict[str, str], on_progress: Progress) -> None:
    partial = libs.with_name("libs.partial")
    partial.mkdir(parents=True, exist_ok=True)
    repositories = GlobalSettings.load().repositories or None  # a mirror of the operator's, if jgo knows one
    maven = MavenContext(repo_cache=libs.with_name("maven"), remote_repos=repositories, timeout=60)
    done = 0
    with _certificates_of_this_machine(), ThreadPoolExecutor(4) as pool:
        for jar in pool.map(lambda pin: _fetch(maven, *pin), wanted.items()):
            shutil.copyfile(jar, partial / jar.name)
            done += 1
            if done % 5 == 0 or done == len(wanted):
                on_progress(f"téléchargement pour Kafka {KAFKA_VERSION} : {done} fichiers sur {len(wanted)}")
    shutil.rmtree(maven.repo_cache)
    partial.rename(libs)


def _pinned(name: str) -> dict[str, str]:
    text = files("testkit.parts").joinpath(name).read_text("utf-8")
    lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {coordinate: sha256 for coordinate, sha256 in lines}  # noqa: C416  # a check of the two columns


def _fetch(maven: MavenContext, coordinate: str, sha256: str) -> Path:
    group, artifact, version = coordinate.split(":")
    wanted = maven.project(group, artifact).at_version(version).artifact()
    for last_try in (False, True):
        try:
            jar = Path(wanted.resolve())
        except (requests.RequestException, RuntimeError) as error:
            raise PartError(
                f"Kafka {KAFKA_VERSION} is not in the cache yet and {coordinate} cannot be downloaded "
                f"({type(error).__name__}): connect this machine, or set IMAGIN_KAFKA_BOOTSTRAP."
            ) from error
        if hashlib.sha256(jar.read_bytes()).hexdigest() == sha256:
            return jar
        jar.unlink()  # a download cut short by a kill
        if last_try:
            break
    raise PartError(f"{coordinate} was downloaded, but is not the file this project expects (sha256 differs).")
