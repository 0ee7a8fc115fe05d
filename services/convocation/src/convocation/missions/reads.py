"""What other rooms read of missions: the sessions there are, the établissements that have missions."""

from collections.abc import Sequence
from typing import Any

from chassis.database import Connection

# PostgreSQL reads the whole index for a DISTINCT; from one session to the one before is one jump (mesures.md).
_SESSIONS = """
WITH RECURSIVE la (session) AS (
    SELECT max(session) FROM mission
    UNION ALL
    SELECT (SELECT max(m.session) FROM mission m WHERE m.session < la.session) FROM la WHERE la.session IS NOT NULL
)
SELECT session FROM la WHERE session IS NOT NULL
"""


async def sessions(connection: Connection) -> list[str]:
    """The sessions there are missions of, the latest first."""
    return [row["session"] for row in await connection.fetch(_SESSIONS)]


async def etablissements(connection: Connection, uais: Sequence[str]) -> list[Any]:
    """Name and commune of each UAI that has missions."""
    query = """
    SELECT DISTINCT ON (uai) uai, etablissement_nom, etablissement_commune, academie FROM mission
    WHERE uai = ANY($1::text[]) ORDER BY uai, session DESC
    """
    return list(await connection.fetch(query, uais))
