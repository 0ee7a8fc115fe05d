"""SQL of what is taken out of an académie."""

from chassis.database import Connection, Row

_SIGNED = """
SELECT s.uai FROM signature s
WHERE EXISTS (SELECT FROM mission m WHERE m.uai = s.uai AND m.academie = $1 AND m.session = $2)
"""


class UaiRow(Row):
    """An établissement."""

    uai: str


async def signed(connection: Connection, academie: str, session: str) -> frozenset[str]:
    """The établissements whose chef has said who signs."""
    rows = await connection.fetch(_SIGNED, academie, session, record_class=UaiRow)
    return frozenset(row.uai for row in rows)
