"""Whose rules an acteur sees and changes."""

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.commun.access import reach
from convocation.commun.policy import POLICY
from convocation.exigences import sql
from convocation.exigences.domain import NATIONALE
from convocation.exigences.refus import ExigenceInconnue
from convocation.exigences.sql import LigneExigence
from event_schemas.academies import NOMS


def academies_of(acteur: Acteur) -> list[str]:
    """Whose rules the acteur looks at first: his académies', else the nation's. Raises Forbidden."""
    return reach(acteur, "exigences.lire").academies or [NATIONALE]


def readable(acteur: Acteur, academie: str) -> str:
    """The académie, whose rules the acteur may read. Raises Forbidden, ExigenceInconnue."""
    POLICY.visible(acteur, "exigences.lire", ExigenceInconnue, academie=academie)
    return academie


async def changeable(connection: Connection, acteur: Acteur, academie: str, code: str) -> LigneExigence:
    """The rule of an épreuve that the acteur may change; another académie's does not exist.

    Raises Forbidden for who changes no rule at all, ExigenceInconnue.
    """
    POLICY.visible(acteur, "exigences.ecrire", ExigenceInconnue, academie=academie)
    rows = await sql.liste(connection, [academie], code) if academie in {NATIONALE, *NOMS} else []
    if not rows:
        raise ExigenceInconnue
    return rows[0]
