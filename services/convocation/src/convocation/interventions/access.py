"""Who acts for an établissement, and who reads that somebody did."""

from datetime import datetime

from acces.acteur import Acteur, Role
from chassis.database import Connection
from convocation.commun.access import Reach, reach
from convocation.commun.policy import POLICY
from convocation.missions import reads as missions
from convocation.missions.reads import Etablissement
from convocation.missions.refus import MissionInconnue

OUVRIR, FINIR, LIRE = "intervention.ouvrir", "intervention.finir", "intervention.lire"

POUR = Role.POUR_ETABLISSEMENT


def acting_for(who: Acteur, nom: str, uai: str, academie: str, fin: datetime) -> Acteur:
    """As whom `who` acts for an établissement until `fin`, under the name `nom`."""
    return Acteur(who.sub, POUR, nom, frozenset({uai}), frozenset({academie}), fin=fin)


def may_intervene(acteur: Acteur) -> bool:
    """Whether a link leads there."""
    return POLICY.reach(acteur, OUVRIR) is not None


def where_to_intervene(acteur: Acteur) -> Reach | None:
    """The académies whose établissements one may act for; None for who acts for nobody."""
    return reach(acteur, OUVRIR) if may_intervene(acteur) else None


def may_end(acteur: Acteur) -> None:
    """Raises Forbidden for who acts for nobody."""
    POLICY.scope(acteur, FINIR)


def seen(acteur: Acteur) -> Reach:
    """Raises Forbidden."""
    return reach(acteur, LIRE)


async def etablissement_to_act_for(connection: Connection, acteur: Acteur, uai: str) -> Etablissement:
    """Raises MissionInconnue for one of another académie or none, Forbidden."""
    POLICY.scope(acteur, OUVRIR)
    found = await missions.etablissements(connection, [uai])
    if not found:
        raise MissionInconnue
    POLICY.visible(acteur, OUVRIR, MissionInconnue, uai=uai, academie=found[0].academie)
    return found[0]
