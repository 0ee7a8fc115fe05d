"""Where a right stands → AccesChanged, for the outbox."""

from collections.abc import Mapping
from typing import Any, Literal, cast

from chassis.cloudevents import Cause
from chassis.outbox import Outgoing
from event_schemas.acces import Acces
from event_schemas.catalogue import ACCES, ACCES_CHANGED


def publish(row: Mapping[str, Any], etat: str, motif: str | None, cause: Cause) -> Outgoing:
    """`row`: convocation_id, acces_version, version and convocation_version of the right."""
    key = row["convocation_id"]
    state = Acces.create(
        convocation_id=key,
        version=row["acces_version"],
        habilitation_version=row["version"],
        convocation_version=row["convocation_version"],
        etat=cast("Literal['TRANSMISE', 'ACCEPTEE', 'REJETEE', 'RETIREE']", etat),
        motif=motif,
    )
    return Outgoing(ACCES, ACCES_CHANGED, str(key), key, state.version, state.to_bytes(), cause)
