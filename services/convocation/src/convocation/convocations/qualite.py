"""La qualité: the person's function in SANTORIN (R32); it applies to the whole list convoked (K.i)."""

from enum import StrEnum
from typing import NamedTuple

from convocation.convocations.refus import QualiteInconnue, QualiteSansObjet
from convocation.missions.domain import MissionType


class Qualite(StrEnum):
    """R33."""

    COORDINATEUR = "COORDINATEUR"
    COORDINATEUR_ADJOINT = "COORDINATEUR_ADJOINT"
    CORRECTEUR = "CORRECTEUR"
    CORRECTEUR_SUPPLEANT = "CORRECTEUR_SUPPLEANT"


class QualiteRetenue(NamedTuple):
    """The qualité of a convocation, and whether it is the default (R34, K.c). None for a numérisation (R52)."""

    qualite: Qualite | None
    par_defaut: bool

    @property
    def libelle(self) -> str | None:
        if self.qualite is None:
            return None
        return "Correcteur Santorin" if self.par_defaut else LIBELLES[self.qualite]


LIBELLES = {
    Qualite.COORDINATEUR: "Coordinateur",
    Qualite.COORDINATEUR_ADJOINT: "Coordinateur adjoint",
    Qualite.CORRECTEUR: "Correcteur",
    Qualite.CORRECTEUR_SUPPLEANT: "Correcteur suppléant",
}


def retenir(mission: MissionType, choisie: str | None) -> QualiteRetenue:
    """What was chosen, or the default. Raises QualiteSansObjet (R52) or QualiteInconnue (R33)."""
    if mission is MissionType.NUMERISATION:
        if choisie:
            raise QualiteSansObjet
        return QualiteRetenue(None, par_defaut=False)
    if not choisie:
        return QualiteRetenue(Qualite.CORRECTEUR, par_defaut=True)
    if choisie not in Qualite.__members__:
        raise QualiteInconnue
    return QualiteRetenue(Qualite(choisie), par_defaut=False)


def libelle_qualite(qualite: str | None, *, par_defaut: bool) -> str | None:
    """The words for a qualité as it is stored; None for a numérisation (R52)."""
    return QualiteRetenue(Qualite(qualite) if qualite else None, par_defaut).libelle
