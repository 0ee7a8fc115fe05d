"""Kafka in: `imagin.public.convocation.v1` → one mail to send for each version."""

from collections.abc import Collection

from chassis.cloudevents import Event
from chassis.consumer import Known
from chassis.database import Connection
from event_schemas import catalogue
from notifier.persistence import notifications

_NATURES = {
    catalogue.INTERVENANT_CONVOQUE: "CONVOCATION",
    catalogue.CONVOCATION_CHANGED: "MODIFICATION",
    catalogue.CONVOCATION_CANCELLED: "ANNULATION",
}


class NotifyOnConvocationEvents:
    """A version supersedes the unsent ones below it; who was never told is not told of a cancellation either."""

    topic = catalogue.CONVOCATION
    types = tuple(_NATURES)

    async def known(self, connection: Connection, aggregates: list[str]) -> dict[str, Known]:
        return await notifications.known(connection, aggregates)

    async def apply(self, connection: Connection, events: list[Event], held: Collection[str]) -> None:  # noqa: ARG002
        await notifications.add(connection, [(event, _NATURES[event.type]) for event in events])
