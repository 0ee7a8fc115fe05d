"""SQL of what convocation knows to be true, for who has to agree with it."""

from typing import Any
from uuid import UUID

from chassis.database import Connection

_PAGE = """
SELECT convocation_id, version, status = 'ACTIVE' AS active FROM convocation
WHERE convocation_id > $1 ORDER BY convocation_id LIMIT $2
"""


async def page(connection: Connection, after: UUID, size: int) -> list[Any]:
    """The next `size` convocations after `after`, in the order of their ids."""
    return list(await connection.fetch(_PAGE, after, size))
