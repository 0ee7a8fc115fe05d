"""The gestionnaire answers a demande de création (R36): the person is created, or why not."""

from uuid import UUID

from acces.audit import Acte, record
from acces.commande import Commande
from convocation.commun.policy import POLICY
from convocation.demandes import reads as demandes_reads
from convocation.demandes import sql as demandes
from convocation.demandes.refus import DemandeDejaTraitee, DemandeInconnue, ReponseAbsente


async def answer_demande(commande: Commande, demande_id: UUID, *, creee: bool, reponse: str) -> None:
    """Once only; a refusal says why. Raises DemandeInconnue, DemandeDejaTraitee, ReponseAbsente, Forbidden."""
    held = await demandes_reads.get(commande.connection, demande_id)
    if held is None:
        raise DemandeInconnue
    POLICY.authorise(commande.acteur, "demande.traiter", academie=held["academie"])
    if held["etat"] != "OUVERTE":
        raise DemandeDejaTraitee
    if not creee and not reponse:
        raise ReponseAbsente
    etat = "TRAITEE" if creee else "REFUSEE"
    await demandes.answer(
        commande.connection, demande_id, etat=etat, reponse=reponse, par=commande.acteur.sub, le=commande.now
    )
    acte = Acte(
        "demande.traiter",
        f"demande|{demande_id}",
        avant={"etat": held["etat"]},
        apres={"etat": etat},
        motif=reponse,
        academie=held["academie"],
        uai=held["uai"],
    )
    await record(commande.connection, commande.acteur, commande.now, [acte])
