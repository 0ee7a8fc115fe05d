"""Whose signatures an acteur sees, and who records them."""

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.commun.policy import POLICY
from convocation.missions import reads as missions
from convocation.missions.refus import MissionInconnue


def may_look(acteur: Acteur) -> None:
    """Raises Forbidden for a role that sees no signature."""
    POLICY.scope(acteur, "signature.lire")


async def visible_etablissement(connection: Connection, acteur: Acteur, uai: str) -> None:
    """Raises MissionInconnue for another's établissement or none, Forbidden for a role that sees no signature."""
    may_look(acteur)
    academie = await missions.academie(connection, uai)
    if academie is None:
        raise MissionInconnue
    POLICY.visible(acteur, "signature.lire", MissionInconnue, uai=uai, academie=academie)


async def etablissement_to_sign_for(connection: Connection, acteur: Acteur, uai: str) -> None:
    """Only the chef records it (R24). Raises MissionInconnue for another's établissement, Forbidden for other roles."""
    await visible_etablissement(connection, acteur, uai)
    POLICY.authorise(acteur, "signature.ecrire", uai=uai)


def can_record(acteur: Acteur, uai: str) -> bool:
    """Whether the form is shown."""
    return POLICY.allows(acteur, "signature.ecrire", uai=uai)
