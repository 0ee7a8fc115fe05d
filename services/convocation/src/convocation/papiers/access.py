"""Whose papers an acteur takes: those of what is read; a délégué à la numérisation his missions' alone."""

from uuid import UUID

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.commun.policy import POLICY
from convocation.convocations import reads as convocations
from convocation.convocations.reads import LigneConvocation
from convocation.missions import reads as missions
from convocation.missions.access import visible_mission
from convocation.missions.domain import Mission
from convocation.missions.refus import MissionInconnue

PRENDRE = "papiers.prendre"


def may_see(acteur: Acteur) -> None:
    """Raises Forbidden for a role that takes nobody's papers."""
    POLICY.scope(acteur, "papiers.lire")


async def visible_place(connection: Connection, acteur: Acteur, uai: str) -> str:
    """The académie of the établissement. Raises MissionInconnue for another's or where no mission is, Forbidden."""
    may_see(acteur)
    academie = await missions.academie(connection, uai)
    POLICY.visible(acteur, "papiers.lire", MissionInconnue, uai=uai, academie=academie)
    if academie is None:
        raise MissionInconnue
    return academie


async def to_take(connection: Connection, acteur: Acteur, uai: str, session: str) -> list[LigneConvocation]:
    """Those of the session, cancelled ones too, by mission and then by person. Raises MissionInconnue, Forbidden."""
    await visible_place(connection, acteur, uai)
    rows = await convocations.convocations_of_etablissement(connection, uai, session)
    mine = [row for row in rows if _reached(acteur, row.uai, row.academie, row.type)]
    # they come by person, and sorting is stable
    return sorted(mine, key=lambda row: (row.libelle, row.voie, row.code, row.mission_id))


async def mission_to_sign(connection: Connection, acteur: Acteur, mission_id: UUID) -> Mission:
    """The mission whose attendance lists are taken. Raises MissionInconnue for another's, Forbidden."""
    mission = await visible_mission(connection, acteur, mission_id)
    reach = {"uai": mission.uai, "academie": mission.academie, "mission": mission.type.value}
    POLICY.authorise(acteur, PRENDRE, **reach)
    return mission


def may_sign(acteur: Acteur, mission: Mission) -> bool:
    """Whether the link to the lists of this mission is shown."""
    return _reached(acteur, mission.uai, mission.academie, mission.type.value)


def _reached(acteur: Acteur, uai: str, academie: str, type_: str) -> bool:
    return POLICY.allows(acteur, PRENDRE, uai=uai, academie=academie, mission=type_)
