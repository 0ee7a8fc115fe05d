"""Who reminds établissements, and which."""

from collections.abc import Iterable

from acces.acteur import Acteur
from convocation.commun.access import Reach, reach
from convocation.commun.policy import POLICY
from convocation.commun.refus import AcademieInconnue
from convocation.missions.refus import MissionInconnue
from event_schemas.academies import NOMS

RAPPELER = "rappel.envoyer"


def may_remind(acteur: Acteur) -> bool:
    """Whether a link leads there."""
    return POLICY.reach(acteur, RAPPELER) is not None


def within(acteur: Acteur, academie: str) -> Reach:
    """What the acteur sees, or one académie of it. Raises Forbidden, AcademieInconnue."""
    seen = reach(acteur, RAPPELER)
    if not academie:
        return seen
    POLICY.visible(acteur, RAPPELER, AcademieInconnue, academie=academie)
    return Reach(academies=[academie])


def academies(acteur: Acteur) -> list[str]:
    """Those that the filter offers."""
    seen = reach(acteur, RAPPELER).academies
    return sorted(NOMS) if seen is None else seen


def authorise_reminding(acteur: Acteur, places: Iterable[tuple[str, str]]) -> None:
    """All of these (académie, UAI). Raises Forbidden, MissionInconnue for another académie's."""
    POLICY.scope(acteur, RAPPELER)
    for academie, uai in places:
        POLICY.visible(acteur, RAPPELER, MissionInconnue, uai=uai, academie=academie)
