"""Kafka in: `santorin.public.accuse.v1` → accepted or refused, told to the établissement (R15, R18)."""

from collections.abc import Collection

from chassis.cloudevents import Event
from chassis.database import Connection
from chassis.guard import Known
from event_schemas import catalogue
from event_schemas.accuses import Accuse
from santorin_bridge.persistence import accuses
from santorin_bridge.use_cases.record_accuses import record_accuses


class TellAccesOnAccuse:
    """Late answers and those about rights we never gave are counted and change nothing; duplicates end at the guard."""

    topic = catalogue.ACCUSE
    types = (catalogue.ACCUSE_SENT,)
    gather_seconds = 0.25  # what it tells is shown on pages

    async def known(self, connection: Connection, aggregates: list[str]) -> dict[str, Known]:
        return await accuses.known(connection, aggregates)

    async def apply(self, connection: Connection, events: list[Event[Accuse]], held: Collection[str]) -> None:
        await record_accuses(connection, events, held)
