"""Ouvrir le service convocation (R12): the administrateur decides for the nation, an académie or an établissement."""

from convocation.domain.ouverture import Cible
from convocation.persistence import ouvertures
from convocation.policy import POLICY
from convocation.use_cases.context import Commande


async def open_service(commande: Commande, session: str, cible: Cible, *, ouverte: bool) -> None:
    """Open or close; commands under way end before. Raises Forbidden."""
    POLICY.authorise(commande.acteur, "service.ouvrir")
    await ouvertures.decide(
        commande.connection, session, cible, ouverte=ouverte, par=commande.acteur.sub, le=commande.now
    )
