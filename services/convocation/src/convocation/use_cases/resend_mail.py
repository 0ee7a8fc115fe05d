"""« Renvoyer le mail »: of what failed or came back, once the address is corrected or the mailbox has room again."""

from uuid import UUID

from chassis import outbox
from chassis.audit import Acte, record
from convocation.domain.errors import ConvocationInconnue, RenvoiSansObjet, VersionDepassee
from convocation.domain.suivi import Suivi
from convocation.persistence import convocations, missions, renvois
from convocation.policy import POLICY
from convocation.publishing import publish_renvoi
from convocation.use_cases.context import Commande

ACTION = "renvoi.demander"


async def resend_mail(commande: Commande, convocation_id: UUID, expected: int, suivi: Suivi) -> None:
    """`suivi` is that of version `expected`. Until the notifier tells what became of it, its mail is on its way again.

    Raises ConvocationInconnue, VersionDepassee, RenvoiSansObjet, Forbidden.
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
    echec = await renvois.mark(connection, convocation_id, expected) if suivi.a_remettre else None
    if echec is None:
        raise RenvoiSansObjet
    await outbox.append(connection, [publish_renvoi(convocation_id, expected, echec)])
    acte = Acte(ACTION, f"convocation|{convocation_id}", None, {"version": expected}, **place)
    await record(connection, commande.acteur, commande.now, [acte])
