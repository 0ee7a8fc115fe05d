"""What other rooms ask of demandes."""

from typing import Any
from uuid import UUID

from chassis.database import Connection


async def get(connection: Connection, demande_id: UUID) -> Any:
    """A request, its row locked, or None."""
    return await connection.fetchrow("SELECT * FROM demande WHERE demande_id = $1 FOR UPDATE", demande_id)


async def contact(connection: Connection, academie: str) -> dict[str, str] | None:
    """Whom to contact in the académie, or None while nobody is recorded."""
    row = await connection.fetchrow(
        "SELECT nom, courriel, telephone, horaires FROM contact WHERE academie = $1", academie
    )
    return dict(row) if row else None
