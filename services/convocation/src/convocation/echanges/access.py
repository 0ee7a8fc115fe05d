"""What our own services may ask."""

from acces.acteur import Acteur
from convocation.commun.policy import POLICY


def may_read_envois(acteur: Acteur) -> None:
    """Raises Forbidden for who is not the notifier: mail addresses are in the answer."""
    POLICY.scope(acteur, "envoi.lire")


def may_read_etats(acteur: Acteur) -> None:
    """Raises Forbidden for who is not santorin-bridge."""
    POLICY.scope(acteur, "etats.lire")
