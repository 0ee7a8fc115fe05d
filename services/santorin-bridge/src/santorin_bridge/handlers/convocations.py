"""Kafka in: `imagin.public.convocation.v1` → the right that follows (R15)."""

from collections.abc import Mapping

from chassis.cloudevents import Event
from chassis.database import Connection
from chassis.guard import Known
from event_schemas import catalogue
from event_schemas.convocations import Convocation as ConvocationState
from santorin_bridge.domain.habilitation import Convocation, droit
from santorin_bridge.persistence import habilitations
from santorin_bridge.persistence.habilitations import NouveauDroit
from santorin_bridge.publishing import corps


class GrantOrRevokeOnConvocationEvents:
    """Each convocation version makes a version of its right; only the last one of a batch is kept (D19b)."""

    topic = catalogue.CONVOCATION
    types = (catalogue.INTERVENANT_CONVOQUE, catalogue.CONVOCATION_CHANGED, catalogue.CONVOCATION_CANCELLED)

    async def known(self, connection: Connection, aggregates: list[str]) -> dict[str, Known]:
        return await habilitations.known(connection, aggregates)

    async def apply(
        self, connection: Connection, events: list[Event[ConvocationState]], held: Mapping[str, Known]
    ) -> None:
        latest = {event.aggregate: event for event in events}
        versions = {aggregate: one.own for aggregate, one in held.items()}
        await habilitations.save(
            connection, [_droit(event, versions.get(aggregate, 0) + 1) for aggregate, event in latest.items()]
        )


def _droit(event: Event[ConvocationState], version: int) -> NouveauDroit:
    state, cause = event.state, event.as_cause
    convocation = Convocation(
        version=state.version,
        active=state.status == "ACTIVE",
        mission_type=state.mission.type,
        qualite=state.qualite,
        qualite_par_defaut=state.qualite_par_defaut,
        dates=tuple(state.dates),
    )
    right = droit(convocation, version)
    return NouveauDroit(
        convocation_id=state.convocation_id,
        version=right.version,
        convocation_version=right.convocation_version,
        convocation_hash=event.hash,
        status=right.status.value,
        numero=state.intervenant.numero,
        mission_id=state.mission.mission_id,
        role=right.role,
        etat=corps(event.aggregate, right, state),
        correlation_id=cause.correlation_id,
        causation_id=cause.causation_id,
        traceparent=cause.traceparent,
        convocation_le=event.time,
    )
