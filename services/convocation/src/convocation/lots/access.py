"""Whose convocations an acteur follows all together."""

from collections.abc import Iterable

from acces.acteur import Acteur
from acces.commande import Commande
from chassis.database import Connection
from convocation.commun.policy import POLICY
from convocation.convocations import reads as convocations
from convocation.convocations.reads import LigneConvocation
from convocation.missions.refus import MissionInconnue, SessionArchivee


def may_follow(acteur: Acteur) -> None:
    """Raises Forbidden for a role that reads nobody's convocations."""
    POLICY.scope(acteur, "session.suivre")


def may_act(acteur: Acteur) -> bool:
    """Whether boxes and buttons are shown; each command authorises its mission again."""
    return POLICY.reach(acteur, "convocation.ecrire") is not None


async def followed(connection: Connection, acteur: Acteur, uai: str, session: str) -> list[LigneConvocation]:
    """All of the établissement's session. Raises MissionInconnue for another's établissement, Forbidden."""
    POLICY.visible(acteur, "session.suivre", MissionInconnue, uai=uai)
    return await convocations.convocations_of_etablissement(connection, uai, session)


def authorise_acting(acteur: Acteur, rows: Iterable[LigneConvocation]) -> None:
    """All that are ticked, before anything is searched for, told or done. Raises Forbidden, SessionArchivee."""
    for row in rows:
        if row.archivee:
            raise SessionArchivee
        POLICY.authorise(acteur, "convocation.ecrire", uai=row.uai, academie=row.academie, mission=row.type)


def may_act_on(acteur: Acteur, row: LigneConvocation) -> bool:
    """Whether its box is shown: a délégué à la numérisation ticks those of his missions alone."""
    return not row.archivee and POLICY.allows(
        acteur, "convocation.ecrire", uai=row.uai, academie=row.academie, mission=row.type
    )


def authorise_undoing(acteur: Acteur, uai: str) -> None:
    """Raises MissionInconnue for another's établissement, Forbidden; each mission is authorised again."""
    POLICY.visible(acteur, "session.suivre", MissionInconnue, uai=uai)


def authorise_reminder(commande: Commande, row: LigneConvocation) -> None:
    """Raises Forbidden."""
    POLICY.authorise(commande.acteur, "renvoi.demander", uai=row.uai, academie=row.academie, mission=row.type)
