"""A person sees what is kept of her, and of nobody else."""

from acces.acteur import Acteur
from convocation.commun.policy import POLICY


def may_read_own(acteur: Acteur) -> None:
    """Raises Forbidden for who is no intervenant."""
    POLICY.authorise(acteur, "mes-convocations.lire", intervenant=acteur.sub)
