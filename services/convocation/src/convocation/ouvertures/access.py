"""Who reads and takes the decisions on the opening (R12)."""

from acces.acteur import Acteur
from convocation.commun.policy import POLICY


def may_read(acteur: Acteur) -> None:
    """Raises Forbidden for who is not of the rectorat."""
    POLICY.scope(acteur, "ouvertures.lire")


def may_decide(acteur: Acteur) -> None:
    """Raises Forbidden for who is not administrateur."""
    POLICY.authorise(acteur, "service.ouvrir")
