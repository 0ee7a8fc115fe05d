"""« J'ai pris connaissance »: of the version that was read; a later one wants to be read again."""

from datetime import datetime
from uuid import UUID

from acces.commande import Commande
from convocation.convocations.writing import own_convocation
from convocation.mes_missions import lectures

ACTION = "prise-de-connaissance.ecrire"


async def acknowledge_convocation(commande: Commande, convocation_id: UUID, expected: int) -> datetime:
    """When the person read this version first: twice is once. It is the person's act: no open service is needed.

    Raises ConvocationInconnue, Forbidden, VersionDepassee, PlusRienAFaire.
    """
    await own_convocation(commande, convocation_id, expected, ACTION)
    return await lectures.acknowledge(commande.connection, convocation_id, expected, commande.now)
