"""The établissement asks for a person to be created, the gestionnaire answers (R36); whom to contact (R54)."""

from uuid import UUID

from acces.audit import Acte, changes, record
from acces.commande import Commande
from convocation.commun.policy import POLICY
from convocation.demandes import reads, sql
from convocation.demandes.access import answerable_demande, may_keep_contact
from convocation.demandes.refus import DemandeDejaTraitee, ReponseAbsente
from convocation.missions import reads as missions
from convocation.missions.refus import MissionInconnue

_FIELDS = ("nom", "courriel", "telephone", "horaires")


async def ask_intervenant(commande: Commande, demande_id: UUID, uai: str, qui: tuple[str, str, str]) -> None:
    """`qui`: NOM, prénom, what helps to find the person. Raises MissionInconnue (another's UAI too), Forbidden."""
    academie = await missions.academie(commande.connection, uai)
    if academie is None:
        raise MissionInconnue
    POLICY.visible(commande.acteur, "demande.ecrire", MissionInconnue, uai=uai, academie=academie)
    created = await sql.create(
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


async def answer_demande(commande: Commande, demande_id: UUID, *, creee: bool, reponse: str) -> None:
    """Once only; a refusal says why. Raises DemandeInconnue, DemandeDejaTraitee, ReponseAbsente, Forbidden."""
    held = await answerable_demande(commande.connection, commande.acteur, demande_id)
    if held.etat != "OUVERTE":
        raise DemandeDejaTraitee
    if not creee and not reponse:
        raise ReponseAbsente
    etat = "TRAITEE" if creee else "REFUSEE"
    await sql.answer(
        commande.connection, demande_id, etat=etat, reponse=reponse, par=commande.acteur.sub, le=commande.now
    )
    acte = Acte(
        "demande.traiter",
        f"demande|{demande_id}",
        avant={"etat": held.etat},
        apres={"etat": etat},
        motif=reponse,
        academie=held.academie,
        uai=held.uai,
    )
    await record(commande.connection, commande.acteur, commande.now, [acte])


async def record_contact(commande: Commande, academie: str, contact: tuple[str, str, str, str]) -> None:
    """`contact`: name, mail, telephone, hours. Raises Forbidden, AcademieInconnue."""
    may_keep_contact(commande.acteur, academie)
    held = await reads.contact(commande.connection, academie)
    await sql.save_contact(commande.connection, academie, contact)
    avant, apres = changes(dict(held) if held else {}, dict(zip(_FIELDS, contact, strict=True)))
    acte = Acte("contact.ecrire", f"contact|{academie}", avant if held else None, apres, academie=academie)
    await record(commande.connection, commande.acteur, commande.now, [acte])
