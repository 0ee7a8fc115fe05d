"""Whom no mail reached: the établissement hands the convocation over and says so, or the mail is sent again."""

from uuid import UUID

from acces.audit import Acte, record
from acces.commande import Commande
from chassis import outbox
from chassis.database import Connection
from convocation.convocations.access import convocation_as_read
from convocation.convocations.reads import LigneConvocation
from convocation.courriels import sql
from convocation.courriels.domain import Objet
from convocation.courriels.publishing import publish_courriel
from convocation.courriels.refus import RemiseSansObjet, RenvoiSansObjet
from convocation.suivi.commands import wait_for_mail_again
from convocation.suivi.domain import Courriel

REMISE, RENVOI = "remise.ecrire", "renvoi.demander"


async def ask_mail(connection: Connection, convocation_id: UUID, convocation_version: int, objet: Objet) -> None:
    """Ask for a mail about the present version. The caller holds the convocation's row."""
    version = await sql.next_version(connection, convocation_id)
    await outbox.append(connection, [publish_courriel(convocation_id, convocation_version, version, objet)])


async def confirm_remise(commande: Commande, convocation_id: UUID, expected: int) -> None:
    """The same confirmation twice is one. An open service is not needed.

    Raises ConvocationInconnue, VersionDepassee, RemiseSansObjet, Forbidden.
    """
    row = await convocation_as_read(commande, convocation_id, expected, REMISE)
    if not row.suivi.a_remettre and row.suivi.courriel is not Courriel.REMISE:
        raise RemiseSansObjet
    if await sql.confirm_remise(
        commande.connection, convocation_id, expected, par=commande.acteur.sub, le=commande.now
    ):
        await _record(commande, REMISE, row)


async def resend_mail(commande: Commande, convocation_id: UUID, expected: int) -> None:
    """Once the address is corrected or the mailbox has room again.

    Raises ConvocationInconnue, VersionDepassee, RenvoiSansObjet, Forbidden.
    """
    row = await convocation_as_read(commande, convocation_id, expected, RENVOI)
    if not (row.suivi.a_remettre and await wait_for_mail_again(commande.connection, convocation_id, expected)):
        raise RenvoiSansObjet
    await ask_mail(commande.connection, convocation_id, expected, Objet.RENVOI)
    await _record(commande, RENVOI, row)


async def _record(commande: Commande, action: str, row: LigneConvocation) -> None:
    objet = f"convocation|{row.convocation_id}"
    acte = Acte(action, objet, None, {"version": row.version}, academie=row.academie, uai=row.uai, personne=row.numero)
    await record(commande.connection, commande.acteur, commande.now, [acte])
