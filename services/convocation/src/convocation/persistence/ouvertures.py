"""SQL of the openings. A change locks the session's national row, a command shares it: neither crosses the other."""

from datetime import datetime

from chassis.database import Connection
from convocation.domain.ouverture import NATIONALE, Cible, Portee, cibles

_NATIONAL_ROW = """
INSERT INTO ouverture (session, portee, code, ouverte, par, le) VALUES ($1, $2, $3, false, $4, $5)
ON CONFLICT DO NOTHING
"""
_SAVE = """
INSERT INTO ouverture (session, portee, code, ouverte, par, le) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (session, portee, code) DO UPDATE
SET ouverte = excluded.ouverte, par = excluded.par, le = excluded.le
"""
_DECISIONS = """
SELECT portee, code, ouverte FROM ouverture
WHERE session = $1 AND (portee, code) IN (SELECT * FROM unnest($2::text[], $3::text[]))
ORDER BY portee, code
"""


async def decide(connection: Connection, session: str, cible: Cible, *, ouverte: bool, par: str, le: datetime) -> None:
    """Record a decision, after those who are convoking under the present ones have ended."""
    await connection.execute(_NATIONAL_ROW, session, *NATIONALE, par, le)
    lock = "SELECT FROM ouverture WHERE session = $1 AND portee = 'NATIONALE' FOR UPDATE"
    await connection.execute(lock, session)
    await connection.execute(_SAVE, session, *cible, ouverte, par, le)


async def decisions(
    connection: Connection, session: str, academie: str, uai: str, *, lock: bool = False
) -> dict[Cible, bool]:
    """Decisions that concern an établissement; `lock` keeps them until the end of the transaction."""
    wanted = cibles(academie, uai)
    rows = await connection.fetch(
        _DECISIONS + (" FOR SHARE" if lock else ""),
        session,
        [cible.portee.value for cible in wanted],
        [cible.code for cible in wanted],
    )
    return {Cible(Portee(row["portee"]), row["code"]): row["ouverte"] for row in rows}


async def all_of(connection: Connection, session: str | None) -> list[dict[str, object]]:
    """Every decision, the latest first."""
    query = "SELECT * FROM ouverture WHERE $1::text IS NULL OR session = $1 ORDER BY le DESC, portee, code"
    return [dict(row) for row in await connection.fetch(query, session)]
