"""What a service has written for Kafka and its relay has not sent: every source of its relay, by topic."""

from chassis.database import Connection
from chassis.outbox import Outbox, Waiting
from chassis.relay import Source
from imagin_ops.services import SANTORIN_BRIDGE, ServiceSpec
from santorin_bridge.operations import DirtyHabilitations

_OUTBOX: list[Source] = [Outbox("")]
_SOURCES: dict[ServiceSpec, list[Source]] = {SANTORIN_BRIDGE: [*_OUTBOX, DirtyHabilitations()]}


async def waiting(connection: Connection, service: ServiceSpec) -> list[Waiting]:
    """How much waits and since when, by topic; a topic for which nothing waits is absent."""
    sources = _SOURCES.get(service, _OUTBOX)
    return [found for source in sources for found in await source.waiting(connection)]
