"""Which missions an acteur sees."""

from uuid import UUID

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.commun.policy import POLICY
from convocation.missions import reads as missions
from convocation.missions.domain import Mission
from convocation.missions.refus import MissionInconnue, SessionArchivee


async def visible_mission(connection: Connection, acteur: Acteur, mission_id: UUID, *, lock: bool = False) -> Mission:
    """The mission, unless it is another établissement's: then it does not exist. Raises MissionInconnue, Forbidden."""
    may_see(acteur)
    mission = await missions.get(connection, mission_id, lock=lock)
    if mission is None:
        raise MissionInconnue
    return seen(acteur, mission)


def may_see(acteur: Acteur) -> None:
    """Raises Forbidden for a role that sees no mission: it is not told which there are."""
    POLICY.scope(acteur, "missions.lire")


def seen(acteur: Acteur, mission: Mission) -> Mission:
    """A mission that was found, unless it is another établissement's. Raises MissionInconnue, Forbidden."""
    POLICY.visible(acteur, "missions.lire", MissionInconnue, uai=mission.uai, academie=mission.academie)
    return mission


async def mission_to_convoke_on(
    connection: Connection, acteur: Acteur, mission_id: UUID, *, lock: bool = False
) -> Mission:
    """`lock`: for a command.

    Raises MissionInconnue for another établissement's, Forbidden for who may only look, SessionArchivee.
    """
    return to_convoke_on(acteur, await visible_mission(connection, acteur, mission_id, lock=lock))


def to_convoke_on(acteur: Acteur, mission: Mission) -> Mission:
    """A mission that is `seen`. Raises Forbidden for who may only look, SessionArchivee."""
    POLICY.authorise(acteur, "convocation.ecrire", **_whose(mission))
    if mission.archivee:
        raise SessionArchivee
    return mission


async def mission_to_search_for(connection: Connection, acteur: Acteur, mission_id: UUID) -> Mission:
    """Raises MissionInconnue for another établissement's, Forbidden for who may not look whom one could convoke."""
    mission = await visible_mission(connection, acteur, mission_id)
    POLICY.authorise(acteur, "affectation.chercher", **_whose(mission))
    return mission


def can_convoke(acteur: Acteur, mission: Mission) -> bool:
    """Whether the buttons are offered."""
    return not mission.archivee and POLICY.allows(acteur, "convocation.ecrire", **_whose(mission))


def _whose(mission: Mission) -> dict[str, str]:
    return {"uai": mission.uai, "academie": mission.academie, "mission": mission.type.value}
