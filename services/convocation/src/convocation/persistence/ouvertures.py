"""SQL of the openings. A change locks the session's national row, a command shares it: neither crosses the other."""

from datetime import datetime

from chassis.database import Connection
from convocation.domain.ouverture import NATIONALE, Cible, Decision, Portee, cibles

_NATIONAL_ROW = """
INSERT INTO ouverture (session, portee, code, ouverte, par, le) VALUES ($1, $2, $3, false, $4, $5)
ON CONFLICT DO NOTHING
"""
_SAVE = """
INSERT INTO ouverture (session, portee, code, ouverte, debut, fin, par, le) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (session, portee, code) DO UPDATE
SET ouverte = excluded.ouverte, debut = excluded.debut, fin = excluded.fin, par = excluded.par, le = excluded.le
"""
_DECISIONS = """
SELECT portee, code, ouverte, debut, fin FROM ouverture
WHERE session = $1 AND (portee, code) IN (SELECT * FROM unnest($2::text[], $3::text[]))
ORDER BY portee, code
"""


async def hold(connection: Connection, session: str, *, par: str, le: datetime) -> None:
    """Wait until those who are convoking under the present decisions have ended, and let no other begin."""
    await connection.execute(_NATIONAL_ROW, session, *NATIONALE, par, le)
    lock = "SELECT FROM ouverture WHERE session = $1 AND portee = 'NATIONALE' FOR UPDATE"
    await connection.execute(lock, session)


async def decide(
    connection: Connection, session: str, cible: Cible, decision: Decision, *, par: str, le: datetime
) -> Decision | None:
    """Record a decision on a session that `hold` holds; the one it replaces."""
    query = "SELECT ouverte, debut, fin FROM ouverture WHERE session = $1 AND portee = $2 AND code = $3"
    row = await connection.fetchrow(query, session, *cible)
    await connection.execute(_SAVE, session, *cible, *decision, par, le)
    return Decision(*row) if row else None


async def decisions(
    connection: Connection, session: str, academie: str, uai: str, *, lock: bool = False
) -> dict[Cible, Decision]:
    """Decisions that concern an établissement; `lock` keeps them until the end of the transaction."""
    wanted = cibles(academie, uai)
    rows = await connection.fetch(
        _DECISIONS + (" FOR SHARE" if lock else ""),
        session,
        [cible.portee.value for cible in wanted],
        [cible.code for cible in wanted],
    )
    return {
        Cible(Portee(row["portee"]), row["code"]): Decision(row["ouverte"], row["debut"], row["fin"]) for row in rows
    }


async def all_of(connection: Connection, session: str | None) -> list[dict[str, object]]:
    """Every decision, the latest first."""
    query = "SELECT * FROM ouverture WHERE $1::text IS NULL OR session = $1 ORDER BY le DESC, portee, code"
    return [dict(row) for row in await connection.fetch(query, session)]
