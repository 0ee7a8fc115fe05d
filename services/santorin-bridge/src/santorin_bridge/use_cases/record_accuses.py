"""SANTORIN's answers are kept, and one about a right as it is now is told to the établissement (R15, R18)."""

from collections.abc import Collection, Sequence

from chassis import outbox
from chassis.cloudevents import Event
from chassis.database import Connection
from chassis.outbox import Outgoing
from event_schemas.accuses import Accuse
from santorin_bridge.domain.habilitation import Status
from santorin_bridge.domain.reponse import Portee, etat, portee
from santorin_bridge.metrics import ACCUSES
from santorin_bridge.persistence import accuses
from santorin_bridge.persistence.habilitations import AccesSuivant
from santorin_bridge.publishing import publish


async def record_accuses(connection: Connection, events: Sequence[Event[Accuse]], held: Collection[str]) -> None:
    """Late answers and those about rights we never gave are counted and tell nothing; `held`: as a reader gets it."""
    latest = {event.aggregate: event for event in events}
    await accuses.save(connection, list(latest.values()), held)
    present = await accuses.rights(connection, list(latest))
    worth = {key: portee(one.state.habilitation_version, present.get(key)) for key, one in latest.items()}
    reports = await accuses.next_reports(connection, [key for key, one in worth.items() if one is Portee.ACTUELLE])
    await outbox.append(connection, [_report(latest[key], acces) for key, acces in reports.items()])
    for one in worth.values():
        ACCUSES.labels(one.value).inc()


def _report(event: Event[Accuse], acces: AccesSuivant) -> Outgoing:
    accepted = event.state.decision == "ACCEPTED"
    said = etat(Status(acces.status), accepted=accepted)
    return publish(acces, said, None if accepted else event.state.motif, event.as_cause)
