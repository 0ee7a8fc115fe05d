"""Kafka in: `imagin.internal.acces.v1` and `imagin.internal.notification.v1`, shown to the établissement."""

from collections.abc import Collection

from chassis.cloudevents import Event
from chassis.consumer import Known
from chassis.database import Connection
from convocation.suivi.sql import Suivi
from event_schemas import catalogue


class _RecordSuivi:
    """Keeps the last state of each convocation."""

    topic: str
    types: tuple[str, ...]
    _suivi: Suivi

    async def known(self, connection: Connection, aggregates: list[str]) -> dict[str, Known]:
        return await self._suivi.known(connection, aggregates)

    async def apply(self, connection: Connection, events: list[Event], held: Collection[str]) -> None:
        await self._suivi.save(connection, events, held)


class RecordAccesOnAccesChanged(_RecordSuivi):
    """Transmise, acceptée, rejetée, retirée: may the person enter SANTORIN (R15, R18)."""

    topic = catalogue.ACCES
    types = (catalogue.ACCES_CHANGED,)
    _suivi = Suivi("acces")


class RecordNotificationOnNotificationEvents(_RecordSuivi):
    """Sent or failed: has the person been told."""

    topic = catalogue.NOTIFICATION
    types = (catalogue.NOTIFICATION_SENT, catalogue.NOTIFICATION_FAILED)
    _suivi = Suivi("notification")
