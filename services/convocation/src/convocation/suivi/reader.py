"""Kafka in: `imagin.internal.acces.v1` and `imagin.internal.notification.v1`, shown and told to the établissement."""

from collections.abc import Callable, Collection
from datetime import datetime

from chassis.cloudevents import Event
from chassis.database import Connection
from chassis.guard import Known
from convocation.avis.commands import note_failed_mails, note_refusals
from convocation.suivi.sql import TableDeSuivi
from event_schemas import catalogue
from event_schemas.acces import Acces
from event_schemas.notifications import Notification

_ACCES, _NOTIFICATIONS = TableDeSuivi("acces"), TableDeSuivi("notification")
_GATHER_SECONDS = 0.25  # a page that is open looks again every few seconds


class RecordAccesOnAccesChanged:
    """Transmise, acceptée, rejetée, retirée: may the person enter SANTORIN (R15, R18)."""

    topic = catalogue.ACCES
    types = (catalogue.ACCES_CHANGED,)
    gather_seconds = _GATHER_SECONDS

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    async def known(self, connection: Connection, aggregates: list[str]) -> dict[str, Known]:
        return await _ACCES.known(connection, aggregates)

    async def apply(self, connection: Connection, events: list[Event[Acces]], held: Collection[str]) -> None:
        await _ACCES.save(connection, events, held)
        refused = [(one.state.convocation_id, one.version) for one in events if one.state.etat == "REJETEE"]
        await note_refusals(connection, refused, self._clock())


class RecordNotificationOnNotificationEvents:
    """Sent or failed: has the person been told."""

    topic = catalogue.NOTIFICATION
    types = (catalogue.NOTIFICATION_SENT, catalogue.NOTIFICATION_FAILED)
    gather_seconds = _GATHER_SECONDS

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    async def known(self, connection: Connection, aggregates: list[str]) -> dict[str, Known]:
        return await _NOTIFICATIONS.known(connection, aggregates)

    async def apply(self, connection: Connection, events: list[Event[Notification]], held: Collection[str]) -> None:
        await _NOTIFICATIONS.save(connection, events, held)
        failed = [(one.state.convocation_id, one.version) for one in events if one.state.etat == "ECHOUEE"]
        await note_failed_mails(connection, failed, self._clock())
