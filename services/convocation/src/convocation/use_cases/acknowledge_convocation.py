"""« J'ai pris connaissance »: of the version that was read; a later one wants to be read again."""

from datetime import datetime
from uuid import UUID

from convocation.domain.convocation import Convocation
from convocation.domain.errors import ConvocationInconnue, PlusRienAFaire, VersionDepassee
from convocation.persistence import convocations, lectures
from convocation.policy import POLICY
from convocation.use_cases.context import Commande

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
