"""Who reads the journal, and of which académies."""

from collections.abc import Sequence

from acces.acteur import Acteur
from acces.policy import Scope
from convocation.commun.policy import POLICY
from convocation.commun.refus import AcademieInconnue

READ = "audit.lire"
DE_LA_NATION = {"delegation", "compte", "lien", "abonnement"}


def within(acteur: Acteur, academie: str | None = None) -> Sequence[str] | None:
    """The académies whose acts are shown: the one asked for, else all of the acteur's; None: the nation's.

    Raises Forbidden, AcademieInconnue for another's.
    """
    scope = POLICY.scope(acteur, READ)
    if academie is not None:
        POLICY.visible(acteur, READ, AcademieInconnue, academie=academie)
        return [academie]
    return None if scope is Scope.TOUT else sorted(acteur.academies)


def one_of(acteur: Acteur) -> str | None:
    """The acteur's only académie; None where there are several, or all."""
    return next(iter(acteur.academies)) if len(acteur.academies) == 1 else None


def left_out(acteur: Acteur) -> list[str]:
    """Families that no académie reads: what a chef, the administrateur or a person does for themselves (0055)."""
    return [] if POLICY.scope(acteur, READ) is Scope.TOUT else sorted(DE_LA_NATION)
