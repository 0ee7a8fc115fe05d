"""Whose files of people an acteur imports and looks at."""

from uuid import UUID

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.annuaire.access import READ, WRITE
from convocation.annuaire.imports import sql
from convocation.annuaire.imports.refus import ExportInconnu, ImportInconnu
from convocation.annuaire.imports.sql import Import
from convocation.commun.access import reach
from convocation.commun.policy import POLICY
from convocation.missions import reads as missions
from event_schemas.academies import NOMS

EXPORT = "intervenants.exporter"
_ACADEMIE = 2  # digits


def exportable(acteur: Acteur) -> list[str]:
    """The académies, or the établissements, whose people the acteur may take out. Raises Forbidden."""
    seen = reach(acteur, EXPORT)
    if seen.academies is None and seen.uais is None:
        return sorted(NOMS, key=NOMS.__getitem__)
    return seen.academies or seen.uais or []


async def may_export(connection: Connection, acteur: Acteur, code: str) -> tuple[str, str | None]:
    """The académie of `code`, an académie's or a UAI, and the établissement where it is one.

    Raises Forbidden, ExportInconnu: another's does not exist.
    """
    if len(code) == _ACADEMIE:
        POLICY.scope(acteur, READ)  # who reads an académie's directory takes it out
        POLICY.visible(acteur, EXPORT, ExportInconnu, academie=code)
        return code, None
    academie = await missions.academie(connection, code)
    POLICY.visible(acteur, EXPORT, ExportInconnu, uai=code, academie=academie)
    if academie is None:
        raise ExportInconnu
    return academie, code


async def visible_import(connection: Connection, acteur: Acteur, import_id: UUID, action: str = WRITE) -> Import:
    """Where a file stands. Raises ImportInconnu, also for another académie's; Forbidden."""
    POLICY.scope(acteur, action)
    held = await sql.get(connection, import_id)
    if held is None:
        raise ImportInconnu
    POLICY.visible(acteur, action, ImportInconnu, academie=held.academie)
    return held
