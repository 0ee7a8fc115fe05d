"""The release that this one is upgraded from: the commit in `.ci/previous-release`, from the clone's own history."""

import hashlib
import io
import os
import subprocess
import tarfile
import warnings
from dataclasses import dataclass
from pathlib import Path

from imagin_dev.quality import ROOT

RECORD = ROOT / ".ci" / "previous-release"


class NotInHistory(Exception):
    """The recorded commit is not in this clone, which has its whole history: the record is wrong."""


class PlayedByThisRelease(UserWarning):
    """The clone is shallow or an archive: the present sources play the previous release, and less is shown."""


@dataclass(frozen=True, slots=True)
class Previous:
    """`migrations`: the id of each file's content, by its path from the root."""

    commit: str
    migrations: dict[str, str]


def recorded() -> Previous:
    """What `.ci/previous` wrote: the commit, then lines of `git ls-tree`."""
    commit, *lines = RECORD.read_text(encoding="utf-8").splitlines()
    entries = [line.split("\t") for line in lines]
    return Previous(commit, {path: told.split()[2] for told, path in entries})


def content_id(content: bytes) -> str:
    """As git names it."""
    return hashlib.sha1(b"blob %d\x00" % len(content) + content, usedforsecurity=False).hexdigest()


def python_path(folder: Path) -> str:
    """A PYTHONPATH with the previous release's sources, unpacked into `folder`.

    A commit that a shallow clone lacks is fetched; where that fails too, this release plays the previous one and
    PlayedByThisRelease is warned of. Raises NotInHistory.
    """
    commit = recorded().commit
    archive = _archive(commit)
    if archive is None and _shallow():
        _git("fetch", "--quiet", "--depth=1", "origin", commit)
        archive = _archive(commit)
    if archive is None:
        if not _shallow():
            raise NotInHistory(f"{RECORD.name} names {commit}, which this history does not have")
        told = f"this clone has no commit {commit} (git fetch --unshallow): this release plays the previous one"
        warnings.warn(told, PlayedByThisRelease, stacklevel=2)
        return _sources(ROOT)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    _make_runnable(folder)
    return _sources(folder)


def _make_runnable(folder: Path) -> None:
    """A release whose services are no `python -m <service>` yet is started alike."""
    for main in folder.glob("services/*/src/*/main.py"):
        start = main.with_name("__main__.py")
        if not start.exists():
            start.write_text(f"from {main.parent.name}.main import main\n\nmain()\n", encoding="utf-8")


def _sources(root: Path) -> str:
    return os.pathsep.join(map(str, sorted([*root.glob("*/src"), *root.glob("*/*/src")])))


def _archive(commit: str) -> bytes | None:
    done = _git("archive", "--format=tar", commit)
    return None if done.returncode else done.stdout


def _shallow() -> bool:
    """Also without any history, as in an unpacked archive."""
    done = _git("rev-parse", "--is-shallow-repository")
    return done.returncode != 0 or done.stdout.strip() == b"true"


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=False)  # noqa: S607
