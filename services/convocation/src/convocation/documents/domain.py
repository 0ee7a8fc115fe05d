"""What the public page behind the QR code says of a version (R24)."""

from enum import StrEnum


class Verdict(StrEnum):
    """What the public page says, and all that it says."""

    VALIDE = "VALIDE"
    REMPLACEE = "REMPLACEE"
    ANNULEE = "ANNULEE"


def verdict(version: int, *, courante: int, active: bool) -> Verdict:
    """A later version replaces it; a cancelled convocation holds in no version."""
    if not active:
        return Verdict.ANNULEE
    return Verdict.VALIDE if version == courante else Verdict.REMPLACEE
