"""Text that people entered, made fit to be read in a mail: it stays as it is, but for what no reader sees."""

import re

_INVERSIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Direction marks and overrides: one in a name would turn round the rest of the line."""

_CONTROLES = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def ligne(texte: str) -> str:
    """On one line: a line break would make a line of ours out of somebody's name."""
    return " ".join(_net(texte).split())


def lignes(texte: str) -> list[str]:
    """As it was entered, without blank lines around."""
    return [one.rstrip() for one in _net(texte).strip().splitlines()]


def _net(texte: str) -> str:
    """What cannot be shown or sent becomes U+FFFD."""
    return _CONTROLES.sub("\ufffd", _INVERSIONS.sub("", texte))
