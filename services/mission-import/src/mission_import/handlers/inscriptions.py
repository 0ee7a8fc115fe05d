"""Kafka in: `cyclades.public.inscriptions.v1`."""

from collections.abc import Callable, Collection
from datetime import datetime

from chassis.cloudevents import Dead, Event
from chassis.database import Connection
from chassis.guard import Known
from event_schemas import catalogue
from event_schemas.inscriptions import InscriptionsClosed
from mission_import.persistence import clotures
from mission_import.persistence.clotures import Recue
from mission_import.use_cases.answer import answer_dead, place_of
from mission_import.use_cases.import_closings import import_closings


class ImportMissionsOnInscriptionsClosed:
    """R6, R7: the end of registration makes the missions; the version of a closing is its revision."""

    topic = catalogue.INSCRIPTIONS
    types = (catalogue.INSCRIPTIONS_CLOSED,)

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    async def known(self, connection: Connection, aggregates: list[str]) -> dict[str, Known]:
        return await clotures.known(connection, aggregates)

    async def apply(
        self, connection: Connection, events: list[Event[InscriptionsClosed]], held: Collection[str]
    ) -> None:
        recues = [Recue(event.state, event.as_cause, event.body, place=place_of(event.record)) for event in events]
        await import_closings(connection, recues, held, self._clock())

    async def bury(self, connection: Connection, dead: list[Dead]) -> None:
        """Cyclades is told of what cannot be applied."""
        await answer_dead(connection, dead)
