"""A closing as Cyclades tells it: the épreuves of one établissement with their registered candidates (R6)."""

from dataclasses import dataclass
from typing import NamedTuple

TYPE_E3C = "E3C"


class Epreuve(NamedTuple):
    """An épreuve of the établissement; `type` is Cyclades' own (`E3C`, or another that makes no mission)."""

    code: str
    libelle: str
    type: str
    voie: str
    candidats: int

    @property
    def makes_a_mission(self) -> bool:
        """R8, R9: of type E3C, with candidates."""
        return self.type == TYPE_E3C and self.candidats > 0


class Etablissement(NamedTuple):
    """Where the épreuves are taken; `academie` is the two-digit code."""

    uai: str
    nom: str
    commune: str
    academie: str


@dataclass(frozen=True, slots=True)
class Cloture:
    """One revision of the closing of a session in an établissement."""

    session: str
    revision: int
    etablissement: Etablissement
    epreuves: tuple[Epreuve, ...]
