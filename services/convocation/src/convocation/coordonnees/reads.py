"""What other rooms ask of the établissements' telephone and mail."""

from collections.abc import Sequence

from chassis.database import Connection, Row

_COORDONNEES = """
SELECT uai, telephone, courriel, version FROM coordonnees_etablissement WHERE uai = ANY($1::text[])
"""


class Coordonnees(Row):
    """Where an établissement is reached; either may be missing."""

    uai: str
    telephone: str | None
    courriel: str | None
    version: int


async def of_etablissements(connection: Connection, uais: Sequence[str]) -> dict[str, Coordonnees]:
    """By UAI; who recorded nothing is not in it."""
    rows = await connection.fetch(_COORDONNEES, list(uais), record_class=Coordonnees)
    return {row.uai: row for row in rows}
