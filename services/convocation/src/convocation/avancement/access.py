"""Who follows a session's progress, and of which académies."""

from collections.abc import Sequence

from acces.acteur import Acteur
from convocation.commun.access import reach
from convocation.commun.policy import POLICY
from convocation.commun.refus import AcademieInconnue
from event_schemas.departements import NOMS

SUIVRE = "avancement.lire"


def may_follow(acteur: Acteur) -> bool:
    """Whether a link leads there."""
    return POLICY.reach(acteur, SUIVRE) is not None


def within(acteur: Acteur, academie: str | None) -> Sequence[str] | None:
    """The académies of what is asked for, None for the nation. Raises Forbidden, AcademieInconnue."""
    seen = reach(acteur, SUIVRE).academies
    if not academie:
        return seen
    POLICY.visible(acteur, SUIVRE, AcademieInconnue, academie=academie)
    return [academie]


def departement(typed: str) -> str | None:
    """The three digits, or None for what is none."""
    return typed if typed in NOMS else None
