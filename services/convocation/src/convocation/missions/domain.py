"""The mission as this service sees it (R23, R26)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from convocation.avertissements.domain import Periode


class MissionType(StrEnum):
    """R2, R5."""

    CORRECTION = "CORRECTION"
    NUMERISATION = "NUMERISATION"


LIBELLES_TYPE = {
    MissionType.CORRECTION: "Epreuve commune de contrôle continu",
    MissionType.NUMERISATION: "Numérisation de copies",
}
LIBELLES_VOIE = {"GENERALE": "Générale", "TECHNOLOGIQUE": "Technologique", "COMMUNE": "Générale et technologique"}

_VOIES = {"GENERALE": "voie générale", "TECHNOLOGIQUE": "voie technologique"}


def intitule(libelle: str, voie: str) -> str:
    """« Histoire-géographie, voie générale »: an épreuve of each voie is a mission; of both, or a numérisation, one."""
    return f"{libelle}, {_VOIES[voie]}" if voie in _VOIES else libelle


CONSEIL_DATE = (
    "Il est conseillé que la date de mission corresponde à la date de fin de corrections des copies "
    "et de remontée des notes."
)
"""R38."""


@dataclass(frozen=True, slots=True)
class Mission:
    """`date_debut` is the fictitious one of the import (R11), never a date of convocation.

    `archivee`: its session is; then it is read and not written. `periode`: the session's days in its académie.
    """

    mission_id: UUID
    session: str
    uai: str
    academie: str
    etablissement_nom: str
    etablissement_commune: str
    type: MissionType
    voie: str
    code: str
    libelle: str
    candidats: int
    date_debut: date
    sans_candidat: bool
    version: int
    archivee: bool = False
    periode: Periode = Periode()  # noqa: RUF009  # a tuple, which nothing can change

    @property
    def intitule(self) -> str:
        """As it is named where two voies may stand side by side."""
        return intitule(self.libelle, self.voie)
