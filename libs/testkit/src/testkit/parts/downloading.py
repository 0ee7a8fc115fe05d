"""Jars from Maven Central by jgo, or from the operator's mirror; each is checked against its sha256."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import requests
import truststore
from jgo.config import GlobalSettings
from jgo.maven import MavenContext

from testkit.parts.errors import PartError


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


def download(libs: Path, wanted: dict[str, str], on_progress: Callable[[str], None]) -> None:
    """Into the folder `libs`, whole or not at all; `wanted`: sha256 by coordinate. Raises PartError."""
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
                on_progress(f"téléchargement pour Kafka : {done} fichiers sur {len(wanted)}")
    shutil.rmtree(maven.repo_cache)
    partial.rename(libs)


def _fetch(maven: MavenContext, coordinate: str, sha256: str) -> Path:
    group, artifact, version = coordinate.split(":")
    wanted = maven.project(group, artifact).at_version(version).artifact()
    for last_try in (False, True):
        try:
            jar = Path(wanted.resolve())
        except (requests.RequestException, RuntimeError) as error:
            raise PartError(
                f"Kafka is not in the cache yet and {coordinate} cannot be downloaded "
                f"({type(error).__name__}): connect this machine, or set IMAGIN_KAFKA_BOOTSTRAP."
            ) from error
        if hashlib.sha256(jar.read_bytes()).hexdigest() == sha256:
            return jar
        jar.unlink()  # a download cut short by a kill
        if last_try:
            break
    raise PartError(f"{coordinate} was downloaded, but is not the file this project expects (sha256 differs).")
