"""What waits to be sent. Apart from the outbox, so that a command need not import what makes messages."""

from chassis.database import Connection, Row

_WAITING = """
SELECT topic, count(*) AS pending, extract(epoch FROM now() - min(created_at))::float8 AS oldest_seconds
FROM outbox GROUP BY topic ORDER BY topic
"""


class Waiting(Row):
    """What waits for one topic: how many rows, at least one, and the age of the oldest."""

    topic: str
    pending: int
    oldest_seconds: float


async def waiting(connection: Connection) -> list[Waiting]:
    """What is written and not sent yet, by topic; a topic for which nothing waits is absent."""
    return await connection.fetch(_WAITING, record_class=Waiting)
