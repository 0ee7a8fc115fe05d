"""A version whose document is kept, and what the public page behind its QR code says (R24)."""

from enum import StrEnum
from uuid import UUID

Cle = tuple[UUID, int]
"""A version of a convocation."""


class Verdict(StrEnum):
    """All that the public page says."""

    VALIDE = "VALIDE"
    REMPLACEE = "REMPLACEE"
    ANNULEE = "ANNULEE"


def verdict(version: int, *, courante: int, active: bool) -> Verdict:
    """A later version replaces it; of a cancelled convocation every version is cancelled."""
    if not active:
        return Verdict.ANNULEE
    return Verdict.VALIDE if version == courante else Verdict.REMPLACEE
