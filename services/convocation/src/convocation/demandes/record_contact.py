"""The gestionnaire IMAGIN whom the guide says to contact (R36, R54), recorded by himself."""

from acces.audit import Acte, changes, record
from acces.commande import Commande
from convocation.commun.policy import POLICY
from convocation.demandes import reads as demandes_reads
from convocation.demandes import sql as demandes

_FIELDS = ("nom", "courriel", "telephone", "horaires")


async def record_contact(commande: Commande, academie: str, contact: tuple[str, str, str, str]) -> None:
    """`contact`: name, mail, telephone, hours. Raises Forbidden."""
    POLICY.authorise(commande.acteur, "contact.ecrire", academie=academie)
    held = await demandes_reads.contact(commande.connection, academie)
    await demandes.save_contact(commande.connection, academie, contact)
    avant, apres = changes(held or {}, dict(zip(_FIELDS, contact, strict=True)))
    acte = Acte("contact.ecrire", f"contact|{academie}", avant if held else None, apres, academie=academie)
    await record(commande.connection, commande.acteur, commande.now, [acte])
