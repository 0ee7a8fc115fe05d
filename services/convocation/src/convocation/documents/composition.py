"""typst for this service: one compiler with its fonts and caches, and texts of people made ready to be set (D42)."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import groupby
from threading import Lock
from typing import Any

from typst import Compiler, Fonts

from francais.imprimable import imprimable

_CACHED_PAGES, _KEPT_COMPILATIONS = 10, 10


class Composeur:
    """A template with its compiler. One file at a time: typst itself uses all cores."""

    def __init__(self, template: bytes) -> None:
        self._template = template
        self._fonts = Fonts(include_system_fonts=False)
        self._lock = Lock()
        self._compiler = Compiler(font_paths=self._fonts)

    def compose(self, envoi: Mapping[str, Any], le: datetime, documents: int) -> bytes:
        """One accessible PDF (PDF/UA-1) of so many documents, made at `le`. Blocks: call it in a thread."""
        sent = json.dumps(envoi)
        with self._lock:
            pdf = self._compile(sent, le.astimezone(UTC).replace(microsecond=0))
            if documents > _CACHED_PAGES:
                self._forget()
            return pdf

    def _compile(self, envoi: str, le: datetime) -> bytes:
        try:
            pdf = self._compiler.compile(
                input=self._template,  # at each call: the compiler forgets an input that is no file
                format="pdf",
                sys_inputs={"envoi": envoi},
                pdf_standards=["ua-1"],
                timestamp=le,
            )
        except (Exception, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as panic:  # Rust's panic is no Exception: it would pass every handler above us
            self._compiler = Compiler(font_paths=self._fonts)
            raise RuntimeError("typst panicked") from panic
        assert isinstance(pdf, bytes)
        return pdf

    def _forget(self) -> None:
        """typst drops what ten compilations did not use; a page takes about 0.6 MB. Drop a big file's pages now."""
        for _ in range(_KEPT_COMPILATIONS + 1):
            self._compiler.compile(input=b"", format="svg", sys_inputs={})


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


def une_ligne(brut: str) -> str:
    """Literal and on one line; nothing that no font has, for PDF/UA refuses a missing glyph."""
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
