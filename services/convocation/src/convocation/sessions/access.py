"""Who reads and who declares the sessions of the examination."""

from acces.acteur import Acteur
from convocation.commun.policy import POLICY

DECLARER, ARCHIVER = "session.declarer", "session.archiver"


def may_read(acteur: Acteur) -> None:
    """Raises Forbidden for who is not of the rectorat."""
    POLICY.scope(acteur, "sessions.lire")


def may_declare(acteur: Acteur) -> None:
    """Raises Forbidden for who is not administrateur."""
    POLICY.authorise(acteur, DECLARER)


def may_archive(acteur: Acteur) -> None:
    """Raises Forbidden for who is not administrateur."""
    POLICY.authorise(acteur, ARCHIVER)


def declares(acteur: Acteur) -> bool:
    """Whether forms are shown, and sessions that nobody declared."""
    return POLICY.allows(acteur, DECLARER)
