"""Texts of people made ready to be set, and compilers that neither a fault nor a big file spoils."""

import errno
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from convocation.documents.composition import une_ligne
from convocation.documents.rendering import Documents

RENDERER = Documents()


def test_an_ordinary_text_is_what_it_would_be_beside_an_unusual_sign():
    """What needs no care goes a short way: it must be the same way."""
    unusual = "\u042f"
    for code in range(0x3000):
        text = f"a{chr(code)} {chr(code) * 3}b"
        assert une_ligne(text) == une_ligne(text + unusual).removesuffix(unusual), hex(code)


def test_threads_may_render_at_once(document):
    def rendered(version):
        return RENDERER.render([replace(document, version=version)])

    alone = [rendered(version) for version in range(1, 9)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(rendered, range(1, 9))) == alone


def test_a_panic_of_typst_is_an_error_like_another_and_the_next_document_is_rendered(document):
    class Panic(BaseException):
        pass

    class Broken:
        def compile(self, **_):
            raise Panic

    renderer = Documents()
    compilateur = renderer._free.get()
    compilateur._compiler = Broken()
    renderer._free.put(compilateur)
    with pytest.raises(RuntimeError):
        renderer.render([document])
    assert renderer.render([document]) == RENDERER.render([document])


def test_a_disk_that_was_full_leaves_no_half_file_that_later_documents_would_bear(document, monkeypatch):
    write = Path.write_bytes

    def half(path, octets):
        write(path, octets[: len(octets) // 2])
        raise OSError(errno.ENOSPC, "no space left")

    renderer = Documents()
    with monkeypatch.context() as full:
        full.setattr(Path, "write_bytes", half)
        with pytest.raises(OSError, match="no space left"):
            renderer.render([document])
    assert renderer.render([document]) == RENDERER.render([document])


def test_whose_folder_was_cleaned_away_renders_the_same(document, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "of a process"))
    (tmp_path / "of a process").mkdir()
    renderer = Documents()
    before = renderer.render([document])
    shutil.rmtree(tmp_path / "of a process")
    assert renderer.render([document]) == before


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_big_files_leave_no_memory_behind(document):
    def megabytes():
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4 // 1024

    def render(turn):
        RENDERER.render([replace(document, nom=f"NOM{turn}-{rank}") for rank in range(100)])
        return megabytes()

    first, *others = [render(turn) for turn in range(6)]
    assert max(others) - first < 100
