"""Who reads the audit."""

from acces.acteur import Acteur
from convocation.commun.policy import POLICY


def may_read(acteur: Acteur) -> None:
    """Raises Forbidden for who is not administrateur."""
    POLICY.authorise(acteur, "audit.lire")
