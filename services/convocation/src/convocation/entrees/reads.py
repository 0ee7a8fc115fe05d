"""The open sessions of a person, as she sees them."""

from datetime import datetime, timedelta
from uuid import UUID

from chassis.database import Connection, Row
from convocation.entrees.sql import OF_COMPTE, fingerprint

_OUVERTES = f"""
SELECT entree_id, navigateur, ouverte_le, vue_le, empreinte = $1 AS ici FROM entree
WHERE {OF_COMPTE} AND fin_le > $2 AND vue_le > $3 ORDER BY ici DESC, vue_le DESC, entree_id
"""


class Ouverte(Row):
    """An open session. `ici`: the one that asks."""

    entree_id: UUID
    navigateur: str
    ouverte_le: datetime
    vue_le: datetime
    ici: bool


async def ouvertes(connection: Connection, secret: str, now: datetime, idle: timedelta) -> list[Ouverte]:
    """Those of whose session this is, itself first, then the one that was last used."""
    return await connection.fetch(_OUVERTES, fingerprint(secret), now, now - idle, record_class=Ouverte)
