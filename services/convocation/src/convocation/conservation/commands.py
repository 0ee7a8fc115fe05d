"""The purge of this service, and what operators do about one person: told, and erased (0061)."""

from acces.personnes import Trouvee
from chassis.database import Connection
from convocation.conservation import sql

CONSERVATION = sql.CONSERVATION


async def who(connection: Connection, numero: str) -> Trouvee | None:
    """The person of a number, with every entry that is hers."""
    return await sql.who(connection, numero)


async def hold(connection: Connection, numero: str) -> None:
    """Nobody convokes or changes her until the caller's transaction ends."""
    await sql.hold(connection, numero)
