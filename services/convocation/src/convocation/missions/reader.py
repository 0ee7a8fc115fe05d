"""Kafka in: `imagin.public.mission.v1`, the read side of missions."""

from collections.abc import Collection

from chassis.cloudevents import Event
from chassis.database import Connection
from chassis.guard import Known
from convocation.missions import sql as missions
from event_schemas import catalogue
from event_schemas.missions import Mission


class RecordMissionsOnMissionEvents:
    """A mission withdrawn keeps its row and its convocations, marked « sans candidat » (K.a)."""

    topic = catalogue.MISSION
    types = (catalogue.MISSION_CREATED, catalogue.MISSION_CHANGED, catalogue.MISSION_WITHDRAWN)

    async def known(self, connection: Connection, aggregates: list[str]) -> dict[str, Known]:
        return await missions.known(connection, aggregates)

    async def apply(self, connection: Connection, events: list[Event[Mission]], held: Collection[str]) -> None:
        await missions.save(connection, events, held)
