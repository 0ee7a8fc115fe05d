"""Which doublons an acteur sees and may merge."""

from datetime import datetime
from uuid import UUID

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.annuaire import reads as annuaire
from convocation.annuaire.domain import Intervenant
from convocation.annuaire.refus import IntervenantAbsent
from convocation.commun.policy import POLICY
from convocation.doublons import sql
from convocation.doublons.domain import DELAI
from convocation.doublons.refus import FusionInconnue
from convocation.doublons.sql import FusionRow

READ, MERGE = "doublons.lire", "intervenants.fusionner"


def may_merge(acteur: Acteur) -> None:
    """Raises Forbidden for who keeps no directory."""
    POLICY.scope(acteur, MERGE)


def can_merge(acteur: Acteur) -> bool:
    """Whether boxes and buttons are shown; the administrateur only looks."""
    return POLICY.reach(acteur, MERGE) is not None


async def mergeable(connection: Connection, acteur: Acteur, intervenant_id: UUID, action: str = MERGE) -> Intervenant:
    """The entry, unless it is another académie's: then it does not exist. Raises IntervenantAbsent, Forbidden."""
    POLICY.scope(acteur, action)
    person = await annuaire.by_id(connection, intervenant_id)
    if person is None:
        raise IntervenantAbsent
    POLICY.visible(acteur, action, IntervenantAbsent, academie=person.academie)
    return person


async def undoable(
    connection: Connection, acteur: Acteur, fusion_id: UUID, now: datetime, action: str = MERGE
) -> FusionRow:
    """A merge of the last day, unless it is another académie's. Raises FusionInconnue, Forbidden."""
    POLICY.scope(acteur, action)
    row = await sql.fusion(connection, fusion_id, now - DELAI)
    if row is None:
        raise FusionInconnue
    POLICY.visible(acteur, action, FusionInconnue, academie=row.academie)
    return row
