"""SQL of SANTORIN's answers: the guard, and what an answer about the present version of a right tells."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.cloudevents import Event
from chassis.database import Connection, Row, copy_new, update_all
from chassis.guard import Known
from event_schemas.accuses import Accuse
from santorin_bridge.persistence.habilitations import AccesSuivant

_COLUMNS = ("convocation_id", "version", "hash", "habilitation_version", "decision", "motif")
_KNOWN = """
SELECT convocation_id, version, hash FROM accuse WHERE convocation_id = ANY($1::uuid[])
ORDER BY convocation_id FOR UPDATE
"""
_CHANGE = """
UPDATE accuse a SET version = t.version, hash = t.hash, habilitation_version = t.habilitation_version,
       decision = t.decision, motif = t.motif, recu_le = now()
FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::int[], $5::text[], $6::text[])
     AS t (convocation_id, version, hash, habilitation_version, decision, motif)
WHERE a.convocation_id = t.convocation_id AND a.version < t.version
"""
_LOCK = """
SELECT convocation_id, version FROM habilitation WHERE convocation_id = ANY($1::uuid[])
ORDER BY convocation_id FOR UPDATE
"""
_NEXT = """
UPDATE habilitation h SET acces_version = h.acces_version + 1
FROM unnest($1::uuid[]) AS t (convocation_id)
WHERE h.convocation_id = t.convocation_id AND h.convocation_version > 0
RETURNING h.convocation_id, h.acces_version, h.version, h.convocation_version, h.status
"""


class _Tenu(Row):
    convocation_id: UUID
    version: int
    hash: str


class _Droit(Row):
    convocation_id: UUID
    version: int


async def known(connection: Connection, convocations: list[str]) -> dict[str, Known]:
    """Version and hash of the last answer about each right, its row locked."""
    rows = await connection.fetch(_KNOWN, convocations, record_class=_Tenu)
    return {str(row.convocation_id): Known(row.version, row.hash) for row in rows}


async def save(connection: Connection, events: Sequence[Event[Accuse]], held: Collection[str]) -> None:
    """Keep the last answer about each right; `held`: those that have one. Raises ConcurrentWrite."""
    rows = {event.aggregate: _row(event) for event in events}
    await copy_new(connection, "accuse", _COLUMNS, [row for key, row in rows.items() if key not in held])
    await update_all(connection, _CHANGE, [row for key, row in rows.items() if key in held])


def _row(event: Event[Accuse]) -> tuple[object, ...]:
    state = event.state
    return state.convocation_id, event.version, event.hash, state.habilitation_version, state.decision, state.motif


async def rights(connection: Connection, convocations: Sequence[str]) -> dict[str, int]:
    """The version of each right there is, its row locked until the end of the transaction."""
    rows = await connection.fetch(_LOCK, convocations, record_class=_Droit)
    return {str(row.convocation_id): row.version for row in rows}


async def next_reports(connection: Connection, convocations: Sequence[str]) -> dict[str, AccesSuivant]:
    """The next own version of what is told about each right that follows a convocation, with the right as it is."""
    rows = await connection.fetch(_NEXT, convocations, record_class=AccesSuivant)
    return {str(row.convocation_id): row for row in rows}
