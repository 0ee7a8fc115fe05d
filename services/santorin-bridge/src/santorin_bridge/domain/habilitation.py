"""A right in SANTORIN, from the convocation it follows (R16–R18, K.h): who, on which mission, as what, since when."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Status(StrEnum):
    """A revocation is a value, never an absence (D20)."""

    GRANTED = "GRANTED"
    REVOKED = "REVOKED"


NUMERISATION = "NUMERISATION"
"""R17, R50: the role of who scans copies; the others bear the name of their qualité (R18)."""


class Convocation(NamedTuple):
    """What the bridge reads of a convocation."""

    version: int
    active: bool
    mission_type: str
    qualite: str | None
    qualite_par_defaut: bool
    dates: tuple[date, ...]


class Droit(NamedTuple):
    """`version` is the right's own and only grows; `valide_au` None: no end is known."""

    version: int
    convocation_version: int
    status: Status
    role: str
    role_par_defaut: bool
    valide_du: date
    valide_au: date | None


def droit(convocation: Convocation, version: int) -> Droit:
    """The right that follows from `convocation`, as its `version`.

    Valid from the first mission date; with no end: correction goes on after the last one, and SANTORIN closes lots.
    """
    return Droit(
        version=version,
        convocation_version=convocation.version,
        status=Status.GRANTED if convocation.active else Status.REVOKED,
        role=convocation.qualite or NUMERISATION,
        role_par_defaut=convocation.qualite_par_defaut,
        valide_du=convocation.dates[0],
        valide_au=None,
    )
