"""Only the administrateur sees and gives rights."""

from acces.acteur import Acteur
from convocation.commun.policy import POLICY

WRITE = "compte.ecrire"


def may_manage(acteur: Acteur) -> None:
    """Raises Forbidden for who is not administrateur."""
    POLICY.authorise(acteur, WRITE)
