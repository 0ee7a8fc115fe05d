"""On which missions an acteur prepares a session."""

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.commun.policy import POLICY
from convocation.missions import reads as missions
from convocation.missions.access import can_convoke
from convocation.missions.domain import Mission
from convocation.missions.refus import MissionInconnue


def may_prepare(acteur: Acteur) -> None:
    """Raises Forbidden for a role that convokes nobody."""
    POLICY.scope(acteur, "session.preparer")


async def missions_to_prepare(connection: Connection, acteur: Acteur, uai: str, session: str) -> list[Mission]:
    """Those of the établissement on which the acteur convokes; a délégué à la numérisation has one.

    Raises MissionInconnue for another's établissement, Forbidden.
    """
    POLICY.visible(acteur, "session.preparer", MissionInconnue, uai=uai)
    return [one for one in await missions.of_etablissement(connection, uai, session) if can_convoke(acteur, one)]
