"""Whom no mail reached: the établissement hands the convocation over and says so, or the mail is sent again."""

from uuid import UUID

from acces.audit import Acte, record
from acces.commande import Commande
from chassis import outbox
from chassis.database import Connection
from convocation.commun.policy import POLICY
from convocation.commun.refus import VersionDepassee
from convocation.convocations import reads as convocations
from convocation.convocations.refus import ConvocationInconnue
from convocation.courriels import sql
from convocation.courriels.publishing import publish_courriel
from convocation.courriels.refus import RemiseSansObjet, RenvoiSansObjet
from convocation.missions import reads as missions
from convocation.suivi.domain import Courriel, Objet, Suivi

REMISE, RENVOI = "remise.ecrire", "renvoi.demander"


async def ask_mail(connection: Connection, convocation_id: UUID, convocation_version: int, objet: Objet) -> None:
    """About this version, the present one; the convocation's row is locked."""
    version = await sql.next_version(connection, convocation_id)
    await outbox.append(connection, [publish_courriel(convocation_id, convocation_version, version, objet)])


async def confirm_remise(commande: Commande, convocation_id: UUID, expected: int, suivi: Suivi) -> None:
    """`suivi` is that of version `expected`; the same confirmation twice is one. An open service is not needed.

    Raises ConvocationInconnue, VersionDepassee, RemiseSansObjet, Forbidden.
    """
    place = await _held(commande, convocation_id, expected, REMISE)
    if not suivi.a_remettre and suivi.courriel is not Courriel.REMISE:
        raise RemiseSansObjet
    if await sql.confirm_remise(
        commande.connection, convocation_id, expected, par=commande.acteur.sub, le=commande.now
    ):
        await _record(commande, REMISE, convocation_id, expected, place)


async def resend_mail(commande: Commande, convocation_id: UUID, expected: int, suivi: Suivi) -> None:
    """Once the address is corrected or the mailbox has room again. `suivi` is that of version `expected`.

    Raises ConvocationInconnue, VersionDepassee, RenvoiSansObjet, Forbidden.
    """
    place = await _held(commande, convocation_id, expected, RENVOI)
    if not (suivi.a_remettre and await sql.wait_again(commande.connection, convocation_id, expected)):
        raise RenvoiSansObjet
    await ask_mail(commande.connection, convocation_id, expected, Objet.RENVOI)
    await _record(commande, RENVOI, convocation_id, expected, place)


async def _held(commande: Commande, convocation_id: UUID, expected: int, action: str) -> dict[str, str]:
    """Whose the convocation is, locked and at the version read."""
    found = await convocations.get(commande.connection, convocation_id, lock=True)
    mission = await missions.get(commande.connection, found[0]) if found else None
    if found is None or mission is None:
        raise ConvocationInconnue
    place = {"academie": mission.academie, "uai": mission.uai}
    POLICY.authorise(commande.acteur, action, **place)
    if found[1].version != expected:
        raise VersionDepassee
    return place


async def _record(commande: Commande, action: str, convocation_id: UUID, version: int, place: dict[str, str]) -> None:
    acte = Acte(action, f"convocation|{convocation_id}", None, {"version": version}, **place)
    await record(commande.connection, commande.acteur, commande.now, [acte])
