"""The UAI of an établissement: seven digits and a check letter, without I, O, Q (domaine.md 5.4)."""

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


def letter(digits: str) -> str:
    """The check letter of seven digits."""
    return _LETTERS[int(digits) % len(_LETTERS)]


def valid(uai: str) -> bool:
    """Seven ASCII digits and the right letter."""
    return len(uai) == 8 and uai[:7].isascii() and uai[:7].isdigit() and letter(uai[:7]) == uai[7]
