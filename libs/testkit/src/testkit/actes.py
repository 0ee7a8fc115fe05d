"""The audit as tests read it: what stands under a person's key in clear (0061)."""

from acces.audit import ActeEcrit, Recherche, find
from chassis.database import Connection


async def actes(database: Connection, action: str = "", objet: str | None = None) -> list[ActeEcrit]:
    """Acts in the order in which they were written, of an action (or its beginning), on an object."""
    found = await find(database, Recherche(objet=objet), taille=10_000)
    return sorted((one for one in found if one.action.startswith(action)), key=lambda one: one.id)
