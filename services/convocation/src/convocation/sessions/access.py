"""Who reads and who declares the sessions of the examination."""

from acces.acteur import Acteur
from convocation.commun.policy import POLICY
from convocation.commun.refus import AcademieInconnue
from event_schemas.academies import NOMS

DECLARER, ARCHIVER, DATER = "session.declarer", "session.archiver", "session.dater"


def may_read(acteur: Acteur) -> None:
    """Raises Forbidden for who is not of the rectorat."""
    POLICY.scope(acteur, "sessions.lire")


def may_declare(acteur: Acteur) -> None:
    """Raises Forbidden for who is not administrateur."""
    POLICY.authorise(acteur, DECLARER)


def may_date(acteur: Acteur, academie: str) -> None:
    """Raises AcademieInconnue for another's académie, Forbidden."""
    POLICY.visible(acteur, DATER, AcademieInconnue, academie=academie)
    if academie not in NOMS:
        raise AcademieInconnue


def dated_by(acteur: Acteur) -> list[tuple[str, str]]:
    """Code and name of the académies whose dates the acteur sets, by name."""
    found = [code for code in NOMS if POLICY.allows(acteur, DATER, academie=code)]
    return sorted(((code, NOMS[code]) for code in found), key=lambda one: one[1])


def may_archive(acteur: Acteur) -> None:
    """Raises Forbidden for who is not administrateur."""
    POLICY.authorise(acteur, ARCHIVER)


def declares(acteur: Acteur) -> bool:
    """Whether forms are shown, and sessions that nobody declared."""
    return POLICY.allows(acteur, DECLARER)
