"""typst for this service: compilers with their fonts and caches, and texts of people made ready to be set (D42)."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any
from weakref import finalize

from typst import Compiler, Fonts

from francais.imprimable import imprimable

_CACHED_PAGES, _KEPT_COMPILATIONS = 10, 10
_KEPT_IMAGES = 20
_MODELE = "modele.typ"


class Composeur:
    """A template with its compilers, so many files at a time: typst works without Python's lock.

    The template is a module that has a function `composer(envoi)`.
    """

    def __init__(self, template: bytes, compilers: int = 1) -> None:
        fonts = Fonts(include_system_fonts=False)
        self.compilers = compilers
        self._free: SimpleQueue[_Compilateur] = SimpleQueue()
        for _ in range(compilers):
            self._free.put(_Compilateur(template, fonts))

    def compose(
        self, envoi: Mapping[str, Any], le: datetime, documents: int, images: Mapping[str, bytes] | None = None
    ) -> bytes:
        """One accessible PDF (PDF/UA-1) of so many documents, made at `le`. Blocks: call it in a thread.

        `images`: PNG files by their `image_name`, by which the template names them.
        """
        sent = _main(envoi)
        compilateur = self._free.get()
        try:
            pdf = compilateur.compile(sent, le.astimezone(UTC).replace(microsecond=0), images or {})
            if documents > _CACHED_PAGES:
                compilateur.forget()
            return pdf
        finally:
            self._free.put(compilateur)


def _main(envoi: Mapping[str, Any]) -> bytes:
    """The file that typst compiles. Data as an input (`sys.inputs`) would make all of typst's library anew, 1.7 ms.

    Data are JSON in ASCII, within a string: only quotes and backslashes mean something there.
    """
    sent = json.dumps(envoi).replace("\\", "\\\\").replace('"', '\\"')
    return f'#import "/{_MODELE}": composer\n#composer(json(bytes("{sent}")))'.encode("ascii")


def image_name(image: bytes) -> str:
    """Where the template finds it."""
    return f"/{hashlib.sha256(image).hexdigest()}.png"


class _Compilateur:
    """typst's compiler, one file at a time, with a folder of its own: all that it can read.

    The template is a file there, which is read and understood once. So is an image: as numbers in the JSON, one of
    45 kB takes longer than the whole page.
    """

    def __init__(self, template: bytes, fonts: Fonts) -> None:
        self._template, self._fonts = template, fonts
        self._folder = Path(mkdtemp(prefix="imagin-documents-"))
        finalize(self, rmtree, self._folder)
        self._compiler = self._new()

    def _new(self) -> Compiler:
        return Compiler(root=self._folder, font_paths=self._fonts)

    def compile(self, main: bytes, le: datetime, images: Mapping[str, bytes]) -> bytes:
        self._place(images)
        try:
            pdf = self._compiler.compile(
                input=main,
                format="pdf",
                pdf_standards=["ua-1"],
                timestamp=le,
            )
        except (Exception, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as panic:  # Rust's panic is no Exception: it would pass every handler above us
            self._compiler = self._new()
            raise RuntimeError("typst panicked") from panic
        assert isinstance(pdf, bytes)
        return pdf

    def _place(self, images: Mapping[str, bytes]) -> None:
        """Many documents in a row bear the same signature: its file stays for them."""
        wanted = {self._folder / name.lstrip("/"): octets for name, octets in images.items()}
        wanted[self._folder / _MODELE] = self._template
        missing = [path for path in wanted if not path.exists()]
        if not missing:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # what is old in /tmp is cleaned away
        there = set(self._folder.iterdir())
        if len(there | wanted.keys()) > _KEPT_IMAGES:
            for path in there - wanted.keys():
                path.unlink()
        for path in missing:
            part = path.with_suffix(".part")  # on a full disk half of it stays, and would be taken for the file
            part.write_bytes(wanted[path])
            part.replace(path)

    def forget(self) -> None:
        """typst drops what ten compilations did not use; a page takes about 0.6 MB. Drop a big file's pages now."""
        for _ in range(_KEPT_COMPILATIONS + 1):
            self._compiler.compile(input=b"", format="svg")


_INVISIBLES = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
"""Dropped: direction marks and overrides, joiners, variation selectors, tags. Nobody sees them."""

_DROITE_A_GAUCHE = re.compile("[\u0590-\u08ff]+(?: +[\u0590-\u08ff]+)*")
"""Set apart, for the figures and signs beside it would move."""
_MARQUES = "\u0300-\u036f\u0483-\u0489\u064b-\u065f"
_EMPILES = re.compile(f"([{_MARQUES}]{{2}})[{_MARQUES}]+")
_LONG, LONGUE_ADRESSE = re.compile(r"\S{25}(?=\S)"), re.compile(r"[^\s/]{60}(?=[^\s/])")

_ORDINAIRE = re.compile("[\t-\r -~\u00a0-\u00ac\u00ae-\u017f\u2013\u2019]*")
"""Nearly all texts: what every font has, already composed, from left to right."""


def une_ligne(brut: str) -> str:
    """Literal and on one line; nothing that no font has, for PDF/UA refuses a missing glyph."""
    if _ORDINAIRE.fullmatch(brut):
        return " ".join(brut.split())
    visible = imprimable(" ".join(_INVISIBLES.sub("", brut).split()))
    lisible = _EMPILES.sub(r"\1", " ".join(visible.split()))
    return _DROITE_A_GAUCHE.sub("\u2068\\g<0>\u2069", lisible)


def texte(brut: str, long: re.Pattern[str] = _LONG) -> str:
    """The same, with places to break a word that is longer than a line."""
    return long.sub("\\g<0>\u200b", une_ligne(brut))


def paragraphes(brut: str) -> list[list[str]]:
    """Paragraphs of lines, as they were entered; blank lines only separate."""
    lignes = [texte(ligne) for ligne in brut.splitlines()]
    return [list(paragraphe) for pleines, paragraphe in groupby(lignes, key=bool) if pleines]
