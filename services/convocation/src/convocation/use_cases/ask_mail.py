"""A mail that no new version brings: « Renvoyer le mail », and what an answer to an empêchement asks for."""

from uuid import UUID

from chassis import outbox
from chassis.audit import Acte, record
from chassis.database import Connection
from convocation.domain.errors import ConvocationInconnue, RenvoiSansObjet, VersionDepassee
from convocation.domain.suivi import Objet, Suivi
from convocation.persistence import convocations, courriels, missions
from convocation.policy import POLICY
from convocation.publishing import publish_courriel
from convocation.use_cases.context import Commande

ACTION = "renvoi.demander"


async def ask_mail(connection: Connection, convocation_id: UUID, convocation_version: int, objet: Objet) -> None:
    """About this version, the present one; the convocation's row is locked."""
    version = await courriels.next_version(connection, convocation_id)
    await outbox.append(connection, [publish_courriel(convocation_id, convocation_version, version, objet)])


async def resend_mail(commande: Commande, convocation_id: UUID, expected: int, suivi: Suivi) -> None:
    """Of what failed or came back, once the address is corrected or the mailbox has room again.

    `suivi` is that of version `expected`. Raises ConvocationInconnue, VersionDepassee, RenvoiSansObjet, Forbidden.
    """
    connection = commande.connection
    found = await convocations.get(connection, convocation_id, lock=True)
    mission = await missions.get(connection, found[0]) if found else None
    if found is None or mission is None:
        raise ConvocationInconnue
    place = {"academie": mission.academie, "uai": mission.uai}
    POLICY.authorise(commande.acteur, ACTION, **place)
    if found[1].version != expected:
        raise VersionDepassee
    if not (suivi.a_remettre and await courriels.wait_again(connection, convocation_id, expected)):
        raise RenvoiSansObjet
    await ask_mail(connection, convocation_id, expected, Objet.RENVOI)
    acte = Acte(ACTION, f"convocation|{convocation_id}", None, {"version": expected}, **place)
    await record(connection, commande.acteur, commande.now, [acte])
