"""Who searches disciplines."""

from acces.acteur import Acteur
from convocation.commun.policy import POLICY


def may_read(acteur: Acteur) -> None:
    """Raises Forbidden for who convokes nobody."""
    POLICY.scope(acteur, "disciplines.lire")
