"""The previous release comes from the clone's own history, whatever clone that is (0031)."""

import os
import subprocess
from pathlib import Path

import pytest

from imagin_dev.upgrade import previous
from imagin_dev.upgrade.previous import NotInHistory, PlayedByThisRelease, python_path, recorded


def git(folder, *arguments):
    identity = ["-c", "user.name=x", "-c", "user.email=x@exemple.invalid", "-c", "protocol.file.allow=always"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def origin(tmp_path):
    """A repository of two commits; the record of the second one names the first."""
    folder = tmp_path / "origin"
    (folder / "services" / "x" / "src").mkdir(parents=True)
    module = folder / "services" / "x" / "src" / "x.py"
    git(folder, "init", "-q", "-b", "main")
    module.write_text("RELEASE = 1\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "1")
    (folder / ".ci").mkdir()
    (folder / ".ci" / "previous-release").write_text(git(folder, "rev-parse", "HEAD") + "\n")
    module.write_text("RELEASE = 2\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "2")
    return folder


@pytest.fixture
def clone(origin, tmp_path, monkeypatch):
    def make(*arguments):
        folder = tmp_path / "clone"
        git(tmp_path, "clone", "-q", *arguments, f"file://{origin}", str(folder))
        monkeypatch.setattr(previous, "ROOT", folder)
        monkeypatch.setattr(previous, "RECORD", folder / ".ci" / "previous-release")
        return folder

    return make


def release(path):
    """Which release the sources are."""
    [folder] = path.split(os.pathsep)
    return (Path(folder) / "x.py").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("arguments", [(), ("--depth=1",)], ids=["whole", "shallow"])
def test_a_clone_gives_the_previous_release_and_a_shallow_one_fetches_it(clone, tmp_path, arguments):
    clone(*arguments)
    assert release(python_path(tmp_path / "previous")) == "RELEASE = 1"


def test_a_shallow_clone_without_its_origin_says_that_this_release_plays_the_previous_one(clone, tmp_path):
    git(clone("--depth=1"), "remote", "remove", "origin")
    with pytest.warns(PlayedByThisRelease, match="unshallow"):
        path = python_path(tmp_path / "previous")
    assert release(path) == "RELEASE = 2"


def test_a_record_that_names_no_commit_of_the_history_is_refused(clone, tmp_path):
    (clone() / ".ci" / "previous-release").write_text("0" * 40 + "\n")
    with pytest.raises(NotInHistory):
        python_path(tmp_path / "previous")


def test_the_record_has_the_ids_that_git_gives(tmp_path):
    file = tmp_path / "x.sql"
    file.write_bytes("é\r\n".encode())
    assert previous.content_id(file.read_bytes()) == git(tmp_path, "hash-object", "--no-filters", str(file))
    assert len(recorded().migrations) >= 20
