"""What commands on a mission's convocations begin with."""

from uuid import UUID

from convocation.domain.errors import MissionInconnue
from convocation.domain.mission import Mission
from convocation.domain.ouverture import est_ouvert
from convocation.persistence import missions, ouvertures
from convocation.policy import POLICY
from convocation.use_cases.context import Commande


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
