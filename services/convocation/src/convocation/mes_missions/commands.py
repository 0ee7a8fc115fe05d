"""What a person does herself: acknowledge a convocation, open a link or have it replaced, her calendar's address."""

from datetime import datetime, timedelta
from uuid import UUID

from acces import audit
from acces.audit import Acte
from acces.commande import Commande
from convocation.commun.jetons import fin_du_lien
from convocation.commun.policy import POLICY
from convocation.convocations.access import own_convocation
from convocation.courriels.commands import ask_mail
from convocation.courriels.domain import Objet
from convocation.entrees.commands import close_all_as
from convocation.mes_missions import sql
from convocation.mes_missions.sql import PersonneDuLien
from event_schemas.academies import zone

_ABONNEMENT = "abonnement.ecrire"
_PAUSE = timedelta(minutes=15)
"""Whoever knows an address cannot fill its mailbox, nor end the link of the mail that is on its way."""


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


async def note_lien(commande: Commande, person: PersonneDuLien) -> None:
    """Her link opened a session."""
    acte = Acte("lien.ouvrir", f"intervenant|{person.numero}", academie=person.academie, uai=person.uai)
    await audit.record(commande.connection, commande.acteur, commande.now, [acte])


async def replace_liens(commande: Commande, courriel: str, jours: int) -> int:
    """« J'ai perdu ce mail », by somebody who types an address: older links end, a mail with another is asked for.

    So do sessions that a link opened: whoever has the mail may be in one. For each person of the address whose links
    are not over; once in a quarter of an hour. Returns how many people.
    """
    connection, actes = commande.connection, []
    for person in await sql.people_of_courriel(connection, courriel):
        held = await sql.last_convocation(connection, person.numero)
        if held is None or fin_du_lien(held.dates, jours, zone(held.academie)) <= commande.now:
            continue
        compteur = await sql.count_loss(connection, person.numero, commande.now, _PAUSE)
        if compteur is None:
            continue
        await close_all_as(connection, person.numero)
        await ask_mail(connection, held.convocation_id, held.version, Objet.RENVOI)
        objet, states = f"intervenant|{person.numero}", ({"liens": compteur - 1}, {"liens": compteur})
        actes.append(Acte("lien.perdre", objet, *states, academie=person.academie, uai=person.uai))
    await audit.record(connection, commande.acteur, commande.now, actes)
    return len(actes)
