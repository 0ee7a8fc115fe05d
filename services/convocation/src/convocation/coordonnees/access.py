"""Who records where an établissement is reached: the chef and the délégué, for their own."""

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.commun.policy import POLICY
from convocation.missions import reads as missions
from convocation.missions.refus import MissionInconnue

_ECRIRE = "coordonnees.ecrire"


def may_record(acteur: Acteur) -> None:
    """Raises Forbidden for who records none anywhere."""
    POLICY.scope(acteur, _ECRIRE)


async def etablissement_to_record_for(connection: Connection, acteur: Acteur, uai: str) -> str:
    """Its académie. Raises MissionInconnue for another's établissement or none, Forbidden for other roles."""
    may_record(acteur)
    academie = await missions.academie(connection, uai)
    if academie is None:
        raise MissionInconnue
    POLICY.visible(acteur, _ECRIRE, MissionInconnue, uai=uai, academie=academie)
    return academie
