"""A person opens or revokes the private address of her own calendar."""

from acces import audit
from acces.audit import Acte
from acces.commande import Commande
from convocation.commun.policy import POLICY
from convocation.mes_missions import abonnements

ACTION = "abonnement.ecrire"


async def set_abonnement(commande: Commande, *, ouvert: bool) -> None:
    """Asked for twice it happens once; opened again after a revocation it has another address. Raises Forbidden."""
    acteur, connection = commande.acteur, commande.connection
    POLICY.authorise(acteur, ACTION, intervenant=acteur.sub)
    if ouvert:
        academie = await abonnements.ouvrir(connection, acteur.sub, commande.now)
    else:
        academie = await abonnements.revoquer(connection, acteur.sub)
    if academie is not None:
        states = {"abonnement": not ouvert}, {"abonnement": ouvert}
        await audit.record(
            connection, acteur, commande.now, [Acte(ACTION, f"intervenant|{acteur.sub}", *states, academie=academie)]
        )
