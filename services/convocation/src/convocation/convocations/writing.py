"""What commands on a mission's convocations begin with."""

from uuid import UUID

from convocation.commun.context import Commande
from convocation.commun.policy import POLICY
from convocation.commun.refus import MissionInconnue
from convocation.missions import sql as missions
from convocation.missions.domain import Mission
from convocation.ouvertures import sql as ouvertures
from convocation.ouvertures.domain import est_ouvert


async def mission_for_writing(commande: Commande, mission_id: UUID) -> tuple[Mission, bool]:
    """The mission and whether its service is open, both held until the end of the transaction.

    Neither a closing of the service nor a withdrawal of the mission can cross the command (architecture.md).
    Raises MissionInconnue, Forbidden.
    """
    mission = await missions.get(commande.connection, mission_id, lock=True)
    if mission is None:
        raise MissionInconnue
    POLICY.authorise(commande.acteur, "convocation.ecrire", uai=mission.uai, academie=mission.academie)
    decisions = await ouvertures.decisions(
        commande.connection, mission.session, mission.academie, mission.uai, lock=True
    )
    return mission, est_ouvert(decisions, mission.academie, mission.uai, commande.now)
