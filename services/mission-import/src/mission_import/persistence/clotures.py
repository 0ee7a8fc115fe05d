"""SQL of the closings: the latest revision of each, and all as received."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from chassis.cloudevents import Event
from chassis.consumer import Known
from chassis.database import Connection, copy_new, update_all

_KNOWN = "SELECT cloture, revision, hash FROM cloture WHERE cloture = ANY($1::text[]) ORDER BY cloture FOR UPDATE"

_COLUMNS = ("cloture", "session", "uai", "academie", "revision", "hash")
_CHANGE = """
UPDATE cloture c SET academie = t.academie, revision = t.revision, hash = t.hash
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[])
     AS t (cloture, session, uai, academie, revision, hash)
WHERE c.cloture = t.cloture AND c.revision < t.revision
"""
_APPLIED = """
UPDATE cloture c SET revision_appliquee = t.revision,
    appliquee_le = CASE c.revision_appliquee WHEN t.revision THEN c.appliquee_le ELSE now() END  -- a replay leaves it
FROM unnest($1::text[], $2::bigint[]) AS t (cloture, revision)
WHERE c.cloture = t.cloture AND c.revision_appliquee <= t.revision
"""
_RECEIVED = (
    *("cloture", "revision", "ce_id", "contenu", "etat", "academie", "session", "uai", "correlation_id", "bilan"),
)
_REPLACED = "UPDATE cloture_recue SET etat = 'REMPLACEE' WHERE cloture = ANY($1::text[]) AND etat = 'A_VALIDER'"


async def known(connection: Connection, clotures: list[str]) -> dict[str, Known]:
    """The revision held of each closing, its row locked."""
    rows = await connection.fetch(_KNOWN, clotures)
    return {row["cloture"]: Known(row["revision"], row["hash"]) for row in rows}


async def save(connection: Connection, events: Sequence[Event], held: Collection[str]) -> None:
    """Bring the closings to their latest revision; `held`: those that have one. Raises ConcurrentWrite."""
    latest = {event.aggregate: event for event in events}
    await copy_new(connection, "cloture", _COLUMNS, [_row(one) for key, one in latest.items() if key not in held])
    await update_all(connection, _CHANGE, [_row(one) for key, one in latest.items() if key in held])


async def receive(
    connection: Connection, events: Sequence[Event], etats: Sequence[str], bilans: Sequence[Mapping[str, int]]
) -> None:
    """Keep what came, byte for byte, each in its state; what waited of these closings is replaced."""
    await connection.execute(_REPLACED, sorted({event.aggregate for event in events}))
    rows = [
        (
            *(event.aggregate, event.version, event.id, event.record.value, etat, event.state.etablissement.academie),
            *(event.state.session, event.state.uai, event.correlation_id, json.dumps(numbers)),
        )
        for event, etat, numbers in zip(events, etats, bilans, strict=True)
    ]
    await copy_new(connection, "cloture_recue", _RECEIVED, rows)


async def applied(connection: Connection, revisions: Mapping[str, int]) -> None:
    """The missions follow these revisions now. Raises ConcurrentWrite."""
    await update_all(connection, _APPLIED, list(revisions.items()))


def _row(event: Event) -> tuple[Any, ...]:
    state = event.state
    return event.aggregate, state.session, state.uai, state.etablissement.academie, event.version, event.hash
