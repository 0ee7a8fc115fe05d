"""SQL of the closings: the latest revision of each, and all as received."""

from collections.abc import Collection, Sequence
from typing import Any

from chassis.cloudevents import Event
from chassis.consumer import Known
from chassis.database import Connection, copy_new, update_all

_KNOWN = "SELECT cloture, revision, hash FROM cloture WHERE cloture = ANY($1::text[]) ORDER BY cloture FOR UPDATE"

_COLUMNS = ("cloture", "session", "uai", "academie", "revision", "hash")
_CHANGE = """
UPDATE cloture c SET academie = t.academie, revision = t.revision, hash = t.hash, appliquee_le = now()
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[])
     AS t (cloture, session, uai, academie, revision, hash)
WHERE c.cloture = t.cloture AND c.revision < t.revision
"""
_RECEIVED = ("cloture", "revision", "ce_id", "contenu")


async def known(connection: Connection, clotures: list[str]) -> dict[str, Known]:
    """The revision held of each closing, its row locked."""
    rows = await connection.fetch(_KNOWN, clotures)
    return {row["cloture"]: Known(row["revision"], row["hash"]) for row in rows}


async def save(connection: Connection, events: Sequence[Event], held: Collection[str]) -> None:
    """Bring the closings to their latest revision; `held`: those that have one. Raises ConcurrentWrite."""
    latest = {event.aggregate: event for event in events}
    await copy_new(connection, "cloture", _COLUMNS, [_row(one) for key, one in latest.items() if key not in held])
    await update_all(connection, _CHANGE, [_row(one) for key, one in latest.items() if key in held])
    received = [(event.aggregate, event.version, event.id, event.record.value) for event in events]
    await copy_new(connection, "cloture_recue", _RECEIVED, received)


def _row(event: Event) -> tuple[Any, ...]:
    state = event.state
    return event.aggregate, state.session, state.uai, state.etablissement.academie, event.version, event.hash
