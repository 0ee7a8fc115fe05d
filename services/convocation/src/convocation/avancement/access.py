"""Who follows a session's progress, and of which académies."""

import re
from collections.abc import Sequence

from acces.acteur import Acteur
from convocation.commun.access import reach
from convocation.commun.policy import POLICY
from convocation.commun.refus import AcademieInconnue

SUIVRE = "avancement.lire"
_DEPARTEMENT = re.compile(r"[0-9]{3}")


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
    """What a UAI may begin with, named or not (a lycée abroad), or None for what is none."""
    return typed if _DEPARTEMENT.fullmatch(typed) else None
