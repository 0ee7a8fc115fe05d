"""Kafka in: `imagin.public.convocation.v1` → how many people are convoked on each mission (K.a)."""

from collections.abc import Collection

from chassis.cloudevents import Event
from chassis.database import Connection
from chassis.guard import Known
from event_schemas import catalogue
from event_schemas.convocations import Convocation
from mission_import.persistence import convocations


class CountConvokedOnConvocationEvents:
    """A withdrawn mission with people convoked is what a gestionnaire must see before accepting a closing."""

    topic = catalogue.CONVOCATION
    types = (catalogue.INTERVENANT_CONVOQUE, catalogue.CONVOCATION_CHANGED, catalogue.CONVOCATION_CANCELLED)
    gather_seconds = 0.25  # who reviews a closing opens a page

    async def known(self, connection: Connection, aggregates: list[str]) -> dict[str, Known]:
        return await convocations.known(connection, aggregates)

    async def apply(self, connection: Connection, events: list[Event[Convocation]], held: Collection[str]) -> None:
        await convocations.save(connection, events, held)
