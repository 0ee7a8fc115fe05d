"""Kafka in: `santorin.public.accuse.v1` → accepted or refused, told to the établissement (R15, R18)."""

from collections.abc import Collection

from chassis import outbox
from chassis.cloudevents import Event
from chassis.consumer import Known
from chassis.database import Connection
from event_schemas import catalogue
from santorin_bridge.domain.habilitation import Status
from santorin_bridge.domain.reponse import Portee, etat, portee
from santorin_bridge.metrics import ACCUSES
from santorin_bridge.persistence import accuses
from santorin_bridge.publishing import publish


class TellAccesOnAccuse:
    """Late answers and those about rights we never gave are counted and change nothing; duplicates end at the guard."""

    topic = catalogue.ACCUSE
    types = (catalogue.ACCUSE_SENT,)

    async def known(self, connection: Connection, aggregates: list[str]) -> dict[str, Known]:
        return await accuses.known(connection, aggregates)

    async def apply(self, connection: Connection, events: list[Event], held: Collection[str]) -> None:
        latest = {event.aggregate: event for event in events}
        await accuses.save(connection, list(latest.values()), held)
        present = await accuses.rights(connection, list(latest))
        worth = {key: portee(one.state.habilitation_version, present.get(key)) for key, one in latest.items()}
        told = [key for key, one in worth.items() if one is Portee.ACTUELLE]
        reports = await accuses.next_reports(connection, told)
        rows = [_report(latest[key], row) for key, row in reports.items()]
        await outbox.append(connection, rows)
        for one in worth.values():
            ACCUSES.labels(one.value).inc()


def _report(event: Event, row: dict[str, object]) -> outbox.Outgoing:
    accepted = event.state.decision == "ACCEPTED"
    said = etat(Status(str(row["status"])), accepted=accepted)
    return publish(row, said, None if accepted else event.state.motif, event.as_cause)
