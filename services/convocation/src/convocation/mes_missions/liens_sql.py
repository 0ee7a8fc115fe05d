"""SQL of whom a signed link opens the pages of."""

from typing import Any
from uuid import UUID

from chassis.database import Connection

# Merged people go on in the entry that was kept, which may have been merged in turn.
_PERSONNE = """
WITH RECURSIVE suite AS (
    SELECT i.numero, i.nom, i.prenom, i.fusionne_dans
    FROM convocation c JOIN intervenant i USING (numero) WHERE c.convocation_id = $1
    UNION SELECT i.numero, i.nom, i.prenom, i.fusionne_dans
    FROM suite s JOIN intervenant i ON i.numero = s.fusionne_dans)
SELECT numero, nom, prenom FROM suite WHERE fusionne_dans IS NULL
"""


async def personne(connection: Connection, convocation_id: UUID) -> Any:
    """The person of a convocation, or None. One who is not active any more still reads what she was told."""
    return await connection.fetchrow(_PERSONNE, convocation_id)
