"""What other rooms ask of the reminders: when an établissement was last reminded, and of what."""

from collections.abc import Sequence
from datetime import datetime

from chassis.database import Connection, Row

_DERNIERS = """
SELECT DISTINCT ON (uai, motif) uai, academie, motif, le, par_nom FROM rappel
WHERE uai = ANY ($1::text[]) AND session = $2 ORDER BY uai, motif, rang DESC
"""


class DernierRappel(Row):
    """The last reminder to an établissement for a reason."""

    uai: str
    academie: str
    motif: str
    le: datetime
    par_nom: str


async def derniers(connection: Connection, uais: Sequence[str], session: str) -> list[DernierRappel]:
    """One for each établissement and reason."""
    return await connection.fetch(_DERNIERS, list(uais), session, record_class=DernierRappel)
