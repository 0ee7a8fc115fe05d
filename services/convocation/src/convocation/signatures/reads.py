"""What other rooms ask of signatures."""

from typing import Any

from chassis.database import Connection


async def get(connection: Connection, uai: str) -> dict[str, Any] | None:
    query = "SELECT uai, nom, prenom, qualite, version, image IS NOT NULL AS imagee FROM signature WHERE uai = $1"
    row = await connection.fetchrow(query, uai)
    return dict(row) if row else None


async def image(connection: Connection, uai: str) -> bytes | None:
    """The signature's PNG, where there is one."""
    octets: bytes | None = await connection.fetchval("SELECT image FROM signature WHERE uai = $1", uai)
    return octets
