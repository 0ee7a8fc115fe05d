"""« J'ai pris connaissance »: of the version that was read; a later one wants to be read again."""

from datetime import datetime
from uuid import UUID

from convocation.commun.context import Commande
from convocation.commun.policy import POLICY
from convocation.commun.refus import ConvocationInconnue, PlusRienAFaire, VersionDepassee
from convocation.convocations import sql as convocations
from convocation.convocations.domain import Convocation
from convocation.mes_missions import lectures

ACTION = "prise-de-connaissance.ecrire"


async def acknowledge_convocation(commande: Commande, convocation_id: UUID, expected: int) -> datetime:
    """When the person read this version first: twice is once. It is the person's act: no open service is needed.

    Raises ConvocationInconnue, Forbidden, VersionDepassee, PlusRienAFaire.
    """
    await own_convocation(commande, convocation_id, expected, ACTION)
    return await lectures.acknowledge(commande.connection, convocation_id, expected, commande.now)


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
