"""Who reads and takes the decisions on the opening (R12)."""

from acces.acteur import Acteur
from convocation.commun.policy import POLICY
from convocation.commun.refus import AcademieInconnue


def may_read(acteur: Acteur) -> None:
    """Raises Forbidden for who is not of the rectorat."""
    POLICY.scope(acteur, "ouvertures.lire")


def may_date(acteur: Acteur, academie: str) -> None:
    """Raises AcademieInconnue for another's académie, Forbidden."""
    POLICY.visible(acteur, "session.dater", AcademieInconnue, academie=academie)


def may_decide(acteur: Acteur) -> None:
    """Raises Forbidden for who is not administrateur."""
    POLICY.authorise(acteur, "service.ouvrir")
