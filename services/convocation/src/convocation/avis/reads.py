"""How an établissement is reached by its letters, and when it wants them."""

from chassis.database import Connection


async def rythme(connection: Connection, uai: str) -> str | None:
    """What the établissement has chosen, if it has."""
    found: str | None = await connection.fetchval("SELECT rythme FROM reglage_avis WHERE uai = $1", uai)
    return found


async def courriel(connection: Connection, uai: str) -> str | None:
    """Where its letters go, if anywhere."""
    query = "SELECT courriel FROM coordonnees_etablissement WHERE uai = $1"
    found: str | None = await connection.fetchval(query, uai)
    return found
