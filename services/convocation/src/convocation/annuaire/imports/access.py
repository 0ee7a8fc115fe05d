"""Whose files of people an acteur imports and looks at."""

from uuid import UUID

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.annuaire.access import WRITE
from convocation.annuaire.imports import sql
from convocation.annuaire.imports.refus import ImportInconnu
from convocation.annuaire.imports.sql import Import
from convocation.commun.policy import POLICY


async def visible_import(connection: Connection, acteur: Acteur, import_id: UUID) -> Import:
    """Where a file stands. Raises ImportInconnu, also for another académie's; Forbidden."""
    POLICY.scope(acteur, WRITE)
    held = await sql.get(connection, import_id)
    if held is None:
        raise ImportInconnu
    POLICY.visible(acteur, WRITE, ImportInconnu, academie=held.academie)
    return held
