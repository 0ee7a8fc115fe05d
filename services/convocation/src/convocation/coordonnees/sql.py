"""SQL of the établissements' telephone and mail."""

from datetime import datetime

from chassis.database import Connection

_CREATE = """
INSERT INTO coordonnees_etablissement (uai, telephone, courriel, version, par, le) VALUES ($1, $2, $3, 1, $4, $5)
ON CONFLICT DO NOTHING RETURNING version
"""
_CHANGE = """
UPDATE coordonnees_etablissement SET telephone = $2, courriel = $3, par = $4, le = $5, version = version + 1
WHERE uai = $1 AND version = $6 RETURNING version
"""


async def save(
    connection: Connection,
    uai: str,
    telephone: str | None,
    courriel: str | None,
    *,
    par: str,
    le: datetime,
    expected: int,
) -> int | None:
    """The new version; None when `expected` (0: nothing yet) is not what there is."""
    query, known = (_CHANGE, (expected,)) if expected else (_CREATE, ())
    version: int | None = await connection.fetchval(query, uai, telephone, courriel, par, le, *known)
    return version
