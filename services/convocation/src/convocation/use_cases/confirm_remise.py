"""Remise en main propre: whom no mail reached, the établissement hands the convocation over, and says so."""

from uuid import UUID

from chassis.audit import Acte, record
from convocation.domain.errors import ConvocationInconnue, RemiseSansObjet, VersionDepassee
from convocation.domain.suivi import Courriel, Suivi
from convocation.persistence import convocations, missions, remises
from convocation.policy import POLICY
from convocation.use_cases.context import Commande

ACTION = "remise.ecrire"


async def confirm_remise(commande: Commande, convocation_id: UUID, expected: int, suivi: Suivi) -> None:
    """`suivi` is that of version `expected`; the same confirmation twice is one. An open service is not needed.

    Raises ConvocationInconnue, VersionDepassee, RemiseSansObjet, Forbidden.
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
    if not suivi.a_remettre and suivi.courriel is not Courriel.REMISE:
        raise RemiseSansObjet
    if await remises.confirm(connection, convocation_id, expected, par=commande.acteur.sub, le=commande.now):
        acte = Acte(ACTION, f"convocation|{convocation_id}", None, {"version": expected}, **place)
        await record(connection, commande.acteur, commande.now, [acte])
