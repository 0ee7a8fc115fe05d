"""Only the chef delegates, for their own établissement."""

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.commun.policy import POLICY
from convocation.missions import reads as missions
from convocation.missions.refus import MissionInconnue

DELEGATE = "delegation.ecrire"


def may_delegate(acteur: Acteur) -> None:
    """Raises Forbidden for who is no chef."""
    POLICY.scope(acteur, DELEGATE)


async def etablissement_to_delegate_for(connection: Connection, acteur: Acteur, uai: str) -> str:
    """Its académie, whose clocks count. Raises MissionInconnue for another's établissement or none, Forbidden."""
    may_delegate(acteur)
    academie = await missions.academie(connection, uai)
    if academie is None:
        raise MissionInconnue
    POLICY.visible(acteur, DELEGATE, MissionInconnue, uai=uai, academie=academie)
    return academie
