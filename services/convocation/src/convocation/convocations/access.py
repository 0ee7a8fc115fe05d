"""Which convocations an acteur sees, and what commands on them begin with."""

from collections.abc import Sequence
from uuid import UUID

from acces.acteur import Acteur
from acces.commande import Commande
from chassis.database import Connection
from convocation.commun.policy import POLICY
from convocation.commun.refus import VersionDepassee
from convocation.convocations import reads as convocations
from convocation.convocations.domain import Convocation
from convocation.convocations.reads import Ligne
from convocation.convocations.refus import ConvocationInconnue, PlusRienAFaire
from convocation.missions import reads as missions
from convocation.missions.domain import Mission
from convocation.missions.refus import MissionInconnue
from convocation.ouvertures import reads as ouvertures
from convocation.ouvertures.domain import est_ouvert


async def mission_for_writing(commande: Commande, mission_id: UUID) -> tuple[Mission, bool]:
    """The mission and whether its service is open, both held until the end of the transaction.

    Neither a closing of the service nor a withdrawal of the mission can cross the command.
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


async def own_convocation(
    commande: Commande, convocation_id: UUID, expected: int, action: str
) -> tuple[UUID, Convocation]:
    """Mission and state of the person's own convocation, locked, active and at the version she read."""
    found = await convocations.get(commande.connection, convocation_id, lock=True)
    if found is None:
        raise ConvocationInconnue
    POLICY.authorise(commande.acteur, action, intervenant=found[1].numero)
    if found[1].version != expected:
        raise VersionDepassee
    if not found[1].active:
        raise PlusRienAFaire
    return found


async def visible_convocation(
    connection: Connection, acteur: Acteur, convocation_id: UUID, action: str = "convocation.lire"
) -> Ligne:
    """The convocation, unless it is another établissement's or person's: then it does not exist.

    Raises ConvocationInconnue, and Forbidden for who may see it but not do `action`.
    """
    POLICY.scope(acteur, "convocation.lire")
    row = await convocations.convocation(connection, convocation_id)
    if row is None:
        raise ConvocationInconnue
    POLICY.visible(acteur, "convocation.lire", ConvocationInconnue, **place(row))
    POLICY.authorise(acteur, action, **place(row))
    return row


def allowed(acteur: Acteur, row: Ligne, actions: Sequence[str]) -> dict[str, bool]:
    """Which of these actions the buttons offer."""
    return {action: POLICY.allows(acteur, action, **place(row)) for action in actions}


def place(row: Ligne) -> dict[str, str]:
    """Whose a convocation is."""
    return {"uai": row.uai, "academie": row.academie, "intervenant": row.numero}
