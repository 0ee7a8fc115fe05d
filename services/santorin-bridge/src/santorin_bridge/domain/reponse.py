"""SANTORIN's answer to one version of a right (R15, R18): what it makes of the access that the établissement sees."""

from enum import StrEnum
from typing import Literal

from santorin_bridge.domain.habilitation import Status

EtatAcces = Literal["TRANSMISE", "ACCEPTEE", "REJETEE", "RETIREE"]
"""Where a right stands, as the établissement sees it."""


class Portee(StrEnum):
    """What an answer is worth: about the right as it is, about an earlier version of it, or about none that we gave."""

    ACTUELLE = "actuelle"
    DEPASSEE = "depassee"
    INCONNUE = "inconnue"


def portee(answered: int, present: int | None) -> Portee:
    """`answered`: the version that SANTORIN speaks of; `present`: the right's own, None where there is no right."""
    if present is None or answered > present:
        return Portee.INCONNUE
    return Portee.ACTUELLE if answered == present else Portee.DEPASSEE


def etat(status: Status, *, accepted: bool) -> EtatAcces:
    """A refused revocation stays visible as rejected: the person may still be able to enter."""
    if not accepted:
        return "REJETEE"
    return "ACCEPTEE" if status is Status.GRANTED else "RETIREE"
