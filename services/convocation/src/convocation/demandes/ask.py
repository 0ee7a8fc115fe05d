"""Demande de création (R36): whom the établissement does not find, it asks the gestionnaire to create."""

from uuid import UUID

from acces.audit import Acte, record
from acces.commande import Commande
from convocation.commun.policy import POLICY
from convocation.demandes import sql as demandes
from convocation.missions import reads as missions
from convocation.missions.refus import MissionInconnue


async def ask_intervenant(commande: Commande, demande_id: UUID, uai: str, qui: tuple[str, str, str]) -> None:
    """`qui`: NOM, prénom, what helps to find the person. Raises MissionInconnue for an unknown UAI, Forbidden."""
    academie = await missions.academie(commande.connection, uai)
    if academie is None:
        raise MissionInconnue
    POLICY.authorise(commande.acteur, "demande.ecrire", uai=uai, academie=academie)
    created = await demandes.create(
        commande.connection,
        demande_id,
        uai=uai,
        academie=academie,
        qui=qui,
        par=commande.acteur.sub,
        le=commande.now,
    )
    if created:
        apres = dict(zip(("nom", "prenom", "precisions"), qui, strict=True))
        acte = Acte("demande.ecrire", f"demande|{demande_id}", None, apres, academie=academie, uai=uai)
        await record(commande.connection, commande.acteur, commande.now, [acte])
