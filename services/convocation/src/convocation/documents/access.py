"""Whose documents an acteur downloads."""

from uuid import UUID

from acces.acteur import Acteur
from chassis.database import Connection
from convocation.commun.policy import POLICY
from convocation.convocations.access import whose
from convocation.convocations.refus import ConvocationInconnue
from convocation.documents import sql


async def visible_document(connection: Connection, acteur: Acteur, convocation_id: UUID) -> sql.Courante:
    """The present version, and what its file is named after. Raises ConvocationInconnue for another's, Forbidden."""
    POLICY.scope(acteur, "convocation.lire")
    row = await sql.courante(connection, convocation_id)
    if row is None:
        raise ConvocationInconnue
    POLICY.visible(acteur, "convocation.lire", ConvocationInconnue, **whose(row))
    return row
