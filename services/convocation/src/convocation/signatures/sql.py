"""SQL of the signatories (R24)."""

from datetime import datetime

from chassis.database import Connection

_CREATE = """
INSERT INTO signature (uai, nom, prenom, qualite, image, version, par, le) VALUES ($1, $2, $3, $4, $5, 1, $6, $7)
ON CONFLICT DO NOTHING RETURNING version
"""
_CHANGE = """
UPDATE signature SET nom = $2, prenom = $3, qualite = $4, image = coalesce($5, image), par = $6, le = $7,
       version = version + 1
WHERE uai = $1 AND version = $8 RETURNING version
"""


async def save(
    connection: Connection,
    uai: str,
    names: tuple[str, str, str],
    *,
    image: bytes | None,
    par: str,
    le: datetime,
    expected: int | None,
) -> int | None:
    """The new version; None when `expected` (None: no signature yet) is not what there is.

    `names`: NOM, prénom, qualité. `image` None keeps the one there is.
    """
    query, known = (_CREATE, ()) if expected is None else (_CHANGE, (expected,))
    version: int | None = await connection.fetchval(query, uai, *names, image, par, le, *known)
    return version
