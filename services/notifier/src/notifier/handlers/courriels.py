"""Kafka in: `imagin.internal.courriel.v1` → a mail that did not arrive, or an answer, goes into the queue."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from chassis.cloudevents import Event
from chassis.database import Connection
from chassis.guard import Known
from event_schemas import catalogue
from event_schemas.courriels import CourrielDemande
from notifier.persistence import courriels_demandes
from notifier.use_cases.queue_courriels import queue_courriels


class QueueOnCourrielDemande:
    """What is asked for about one person within the settling time is one mail."""

    topic = catalogue.COURRIEL
    types = (catalogue.COURRIEL_DEMANDE,)
    gather_seconds = 0.25  # as for a convocation

    def __init__(self, clock: Callable[[], datetime], settling: timedelta) -> None:
        self._clock = clock
        self._settling = settling

    async def known(self, connection: Connection, aggregates: list[str]) -> dict[str, Known]:
        return await courriels_demandes.known(connection, aggregates)

    async def apply(self, connection: Connection, events: list[Event[CourrielDemande]], held: Collection[str]) -> None:
        now = self._clock()
        await queue_courriels(connection, events, held, now=now, pas_avant=now + self._settling)
