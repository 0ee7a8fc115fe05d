"""What other rooms ask of the openings: the decisions that concern an établissement."""

from collections.abc import Sequence

from chassis.database import Connection
from convocation.ouvertures.domain import Cible, Decision, PorteeOuverture, cibles

TIENT = """
(o.ouverte AND coalesce(o.debut <= {now}::timestamptz, true) AND coalesce({now}::timestamptz < o.fin, true))
"""
"""`Decision.tient` in SQL, of an `ouverture o` at the instant `now`. A test holds the two together."""
_DECISIONS = """
SELECT portee, code, ouverte, debut, fin, par FROM ouverture
WHERE session = $1 AND (portee, code) IN (SELECT * FROM unnest($2::text[], $3::text[]))
ORDER BY portee, code
"""


async def held(
    connection: Connection, session: str, wanted: Sequence[Cible], *, lock: bool = False
) -> dict[Cible, Decision]:
    """Those of `wanted` that somebody decided; `lock` keeps them, and the nation's, until the transaction's end."""
    rows = await connection.fetch(
        _DECISIONS + (" FOR SHARE" if lock else ""),
        session,
        [cible.portee.value for cible in wanted],
        [cible.code for cible in wanted],
    )
    return {
        Cible(PorteeOuverture(row["portee"]), row["code"]): Decision(row["ouverte"], row["debut"], row["fin"])
        for row in rows
        if row["par"]
    }


async def decisions(
    connection: Connection, session: str, academie: str, uai: str, *, lock: bool = False
) -> dict[Cible, Decision]:
    """Decisions that concern an établissement."""
    return await held(connection, session, cibles(academie, uai), lock=lock)
