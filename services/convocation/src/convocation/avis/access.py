"""Who reads and settles what an établissement is told by mail."""

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.commun.policy import POLICY
from convocation.missions import reads as missions
from convocation.missions.refus import MissionInconnue

REGLER = "avis.regler"


def may_settle(acteur: Acteur) -> bool:
    """Whether a link leads there."""
    return POLICY.reach(acteur, REGLER) is not None


async def etablissement_to_settle(connection: Connection, acteur: Acteur, uai: str) -> str:
    """Its académie. Raises MissionInconnue for another's établissement or none, Forbidden for other roles."""
    POLICY.scope(acteur, REGLER)
    academie = await missions.academie(connection, uai)
    if academie is None:
        raise MissionInconnue
    POLICY.visible(acteur, REGLER, MissionInconnue, uai=uai, academie=academie)
    return academie
