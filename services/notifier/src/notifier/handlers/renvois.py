"""Kafka in: `imagin.internal.renvoi.v1` → a mail that did not arrive goes into the queue again."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import cast

from chassis.cloudevents import Event
from chassis.consumer import Known
from chassis.database import Connection
from event_schemas import catalogue
from event_schemas.renvois import Renvoi
from notifier.persistence import renvois


class ResendOnRenvoiDemande:
    """What is asked for about one person within the settling time is one mail again."""

    topic = catalogue.RENVOI
    types = (catalogue.RENVOI_DEMANDE,)

    def __init__(self, clock: Callable[[], datetime], settling: timedelta) -> None:
        self._clock = clock
        self._settling = settling

    async def known(self, connection: Connection, aggregates: list[str]) -> dict[str, Known]:
        return await renvois.known(connection, aggregates)

    async def apply(self, connection: Connection, events: list[Event], held: Collection[str]) -> None:
        now = self._clock()
        await renvois.save(connection, events, held)
        states = [cast("Renvoi", event.state) for event in events]
        wanted = [(state.convocation_id, state.convocation_version) for state in states]
        await renvois.restart(connection, wanted, now, now + self._settling)
