"""Kafka in: `imagin.public.convocation.v1` → one row to tell for each version."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from chassis.cloudevents import Event
from chassis.database import Connection
from chassis.guard import Known
from event_schemas import catalogue
from event_schemas.convocations import Convocation
from notifier.persistence import notifications
from notifier.persistence.notifications import NATURES, Change


class NotifyOnConvocationEvents:
    """A version supersedes the unsent ones below it; a person's changes go out together once they have settled."""

    topic = catalogue.CONVOCATION
    types = tuple(NATURES)
    gather_seconds = 0.25  # its mail waits until the person's convocations have settled

    def __init__(self, clock: Callable[[], datetime], settling: timedelta) -> None:
        self._clock = clock
        self._settling = settling

    async def known(self, connection: Connection, aggregates: list[str]) -> dict[str, Known]:
        return await notifications.known(connection, aggregates)

    async def apply(self, connection: Connection, events: list[Event[Convocation]], held: Collection[str]) -> None:  # noqa: ARG002
        await notifications.add(connection, [_change(event) for event in events], self._clock(), self._settling)


def _change(event: Event[Convocation]) -> Change:
    state = event.state
    return Change(event, NATURES[event.type], state.intervenant.numero, state.mission.academie, min(state.dates))
