"""What a person does herself: acknowledge a convocation, open or revoke her calendar's address."""

from datetime import datetime
from uuid import UUID

from acces import audit
from acces.audit import Acte
from acces.commande import Commande
from convocation.commun.policy import POLICY
from convocation.convocations.access import own_convocation
from convocation.mes_missions import sql

_ABONNEMENT = "abonnement.ecrire"


async def acknowledge_convocation(commande: Commande, convocation_id: UUID, expected: int) -> datetime:
    """When the person first read this version. It is her own act: the service need not be open.

    Raises ConvocationInconnue, Forbidden, VersionDepassee, PlusRienAFaire.
    """
    await own_convocation(commande, convocation_id, expected, "prise-de-connaissance.ecrire")
    return await sql.acknowledge(commande.connection, convocation_id, expected, commande.now)


async def set_abonnement(commande: Commande, *, ouvert: bool) -> None:
    """Open or revoke the calendar's address. Twice is once; opened again, it is another address. Raises Forbidden."""
    acteur, connection = commande.acteur, commande.connection
    POLICY.authorise(acteur, _ABONNEMENT, intervenant=acteur.sub)
    if ouvert:
        academie = await sql.open_abonnement(connection, acteur.sub, commande.now)
    else:
        academie = await sql.revoke_abonnement(connection, acteur.sub)
    if academie is not None:
        states = {"abonnement": not ouvert}, {"abonnement": ouvert}
        await audit.record(
            connection,
            acteur,
            commande.now,
            [Acte(_ABONNEMENT, f"intervenant|{acteur.sub}", *states, academie=academie)],
        )
