"""Which missions an acteur sees."""

from uuid import UUID

from acces.acteur import Acteur
from acces.policy import Forbidden
from chassis.database import Connection
from convocation.commun.policy import POLICY
from convocation.missions import reads as missions
from convocation.missions.domain import Mission
from convocation.missions.refus import MissionInconnue


async def visible_mission(connection: Connection, acteur: Acteur, mission_id: UUID) -> Mission:
    """The mission, unless it is another établissement's: then it does not exist. Raises MissionInconnue, Forbidden."""
    POLICY.scope(acteur, "missions.lire")
    mission = await missions.get(connection, mission_id)
    if mission is None:
        raise MissionInconnue
    try:
        POLICY.authorise(acteur, "missions.lire", uai=mission.uai, academie=mission.academie)
    except Forbidden:
        raise MissionInconnue from None
    return mission


async def readable_mission(connection: Connection, acteur: Acteur, mission_id: UUID) -> Mission:
    mission = await missions.get(connection, mission_id)
    if mission is None:
        raise MissionInconnue
    POLICY.authorise(acteur, "missions.lire", uai=mission.uai, academie=mission.academie)
    return mission
