"""What a service has written for Kafka and its relay has not sent, by topic."""

from chassis import waiting as outbox
from chassis.database import Connection
from chassis.waiting import Waiting
from imagin_ops.services import SANTORIN_BRIDGE, ServiceSpec
from santorin_bridge import waiting as bridge


async def waiting(connection: Connection, service: ServiceSpec) -> list[Waiting]:
    """How much waits and since when, by topic; a topic for which nothing waits is absent."""
    rights = await bridge.rights(connection) if service == SANTORIN_BRIDGE else []
    return await outbox.waiting(connection) + rights
