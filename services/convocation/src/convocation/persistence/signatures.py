"""SQL of the signatories (R24)."""

from datetime import datetime
from typing import Any

from chassis.database import Connection

_CREATE = """
INSERT INTO signature (uai, nom, prenom, qualite, version, par, le) VALUES ($1, $2, $3, $4, 1, $5, $6)
ON CONFLICT DO NOTHING RETURNING version
"""
_CHANGE = """
UPDATE signature SET nom = $2, prenom = $3, qualite = $4, par = $5, le = $6, version = version + 1
WHERE uai = $1 AND version = $7 RETURNING version
"""


async def get(connection: Connection, uai: str) -> dict[str, Any] | None:
    row = await connection.fetchrow("SELECT uai, nom, prenom, qualite, version FROM signature WHERE uai = $1", uai)
    return dict(row) if row else None


async def save(
    connection: Connection, uai: str, names: tuple[str, str, str], *, par: str, le: datetime, expected: int | None
) -> int | None:
    """The new version; None when `expected` (None: no signature yet) is not what there is."""
    if expected is None:
        version = await connection.fetchval(_CREATE, uai, *names, par, le)
    else:
        version = await connection.fetchval(_CHANGE, uai, *names, par, le, expected)
    return None if version is None else int(version)
