"""SQL of what becomes of the closings of an académie."""

from collections.abc import Collection
from datetime import datetime

from chassis.database import Connection, Row

AUTOMATIQUE, VALIDATION = "AUTOMATIQUE", "VALIDATION"
_VALIDATION = "SELECT academie FROM politique WHERE academie = ANY($1::text[]) AND mode = 'VALIDATION'"
_ALL = """
SELECT p.academie, p.mode, p.le,
       (SELECT a.nom FROM audit a WHERE a.objet = 'politique|' || p.academie ORDER BY a.id DESC LIMIT 1) AS nom
FROM politique p
"""
_SAVE = """
INSERT INTO politique (academie, mode, par, le) VALUES ($1, $2, $3, $4)
ON CONFLICT (academie) DO UPDATE SET mode = excluded.mode, par = excluded.par, le = excluded.le
"""


class _Academie(Row):
    academie: str


class Politique(Row):
    """What an académie chose, and when; `nom`: who, None where the audit does not tell."""

    academie: str
    mode: str
    le: datetime
    nom: str | None


async def with_validation(connection: Connection, academies: Collection[str]) -> set[str]:
    """Those of `academies` whose gestionnaire decides."""
    rows = await connection.fetch(_VALIDATION, sorted(academies), record_class=_Academie)
    return {row.academie for row in rows}


async def mode(connection: Connection, academie: str, *, lock: bool = False) -> str:
    query = "SELECT mode FROM politique WHERE academie = $1" + (" FOR UPDATE" if lock else "")
    found: str | None = await connection.fetchval(query, academie)
    return found or AUTOMATIQUE


async def chosen(connection: Connection) -> dict[str, Politique]:
    """What was chosen, by académie, of those that ever chose."""
    return {row.academie: row for row in await connection.fetch(_ALL, record_class=Politique)}


async def save(connection: Connection, academie: str, mode_: str, par: str, le: datetime) -> None:
    await connection.execute(_SAVE, academie, mode_, par, le)
