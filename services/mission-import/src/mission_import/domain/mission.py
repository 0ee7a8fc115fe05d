"""A mission: what an établissement convokes people for; its identity is (session, UAI, voie, code)."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from mission_import.domain.inscriptions import Etablissement


class MissionType(StrEnum):
    """R2 and R5."""

    CORRECTION = "CORRECTION"
    NUMERISATION = "NUMERISATION"


class Status(StrEnum):
    """WITHDRAWN: no candidates now; the mission is never deleted (K.a)."""

    ACTIVE = "ACTIVE"
    WITHDRAWN = "WITHDRAWN"


class Cle(NamedTuple):
    """The identity of a mission within the closing of one (session, UAI)."""

    voie: str
    code: str


NUMERISATION = Cle("COMMUNE", "NUMERISATION")
LIBELLE_NUMERISATION = "Numérisation de copies"


class Mission(NamedTuple):
    """`candidats`: registered ones; for the numérisation, the copies of all missions. `date_debut`: fictitious, R11.

    A tuple: a batch of closings makes thousands, in a third of the time of a frozen dataclass.
    """

    session: str
    etablissement: Etablissement
    type: MissionType
    cle: Cle
    libelle: str
    candidats: int
    date_debut: date
    status: Status
    version: int

    def like(self, other: "Mission") -> bool:
        """Same content, whatever the version."""
        return self._replace(version=other.version) == other
