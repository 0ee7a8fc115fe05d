"""A version whose document is kept, and what the public page behind its QR code says (R24)."""

from enum import StrEnum
from uuid import UUID

Cle = tuple[UUID, int]
"""A version of a convocation."""


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
