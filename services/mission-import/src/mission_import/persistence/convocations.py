"""SQL of who is convoked on the missions: the version guard's rows, and their number."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.cloudevents import Event
from chassis.database import Connection, Row, copy_new, update_all
from chassis.guard import Known
from event_schemas.convocations import Convocation
from mission_import.domain.mission import Cle

_KNOWN = """
SELECT convocation_id, version, hash FROM convocation_active WHERE convocation_id = ANY($1::uuid[])
ORDER BY convocation_id FOR UPDATE
"""
_COLUMNS = ("convocation_id", "mission_id", "version", "hash", "active")
_CHANGE = """
UPDATE convocation_active c SET mission_id = t.mission_id, version = t.version, hash = t.hash, active = t.active
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::boolean[])
     AS t (convocation_id, mission_id, version, hash, active)
WHERE c.convocation_id = t.convocation_id AND c.version < t.version
"""
_COUNT = """
SELECT m.cloture, m.voie, m.code, count(*) AS convoques
FROM mission m JOIN convocation_active c ON c.mission_id = m.mission_id AND c.active
WHERE m.cloture = ANY($1::text[]) GROUP BY m.cloture, m.voie, m.code
"""


class _KnownRow(Row):
    convocation_id: UUID
    version: int
    hash: str


class _Convoques(Row):
    cloture: str
    voie: str
    code: str
    convoques: int


async def known(connection: Connection, convocations: list[str]) -> dict[str, Known]:
    """Version and hash held of each convocation, its row locked."""
    rows = await connection.fetch(_KNOWN, convocations, record_class=_KnownRow)
    return {str(row.convocation_id): Known(row.version, row.hash) for row in rows}


async def save(connection: Connection, events: Sequence[Event[Convocation]], held: Collection[str]) -> None:
    """Write the last state of each convocation; `held`: those there are. Raises ConcurrentWrite."""
    latest = {event.aggregate: event.state for event in events}
    new = [_row(one) for key, one in latest.items() if key not in held]
    await copy_new(connection, "convocation_active", _COLUMNS, new)
    await update_all(connection, _CHANGE, [_row(one) for key, one in latest.items() if key in held])


def _row(state: Convocation) -> tuple[object, ...]:
    active = state.status == "ACTIVE"
    return state.convocation_id, state.mission.mission_id, state.version, state.hash, active


async def convoques(connection: Connection, clotures: list[str]) -> dict[str, dict[Cle, int]]:
    """People convoked on each mission of these closings; a mission without any is not there."""
    found: dict[str, dict[Cle, int]] = {}
    for row in await connection.fetch(_COUNT, clotures, record_class=_Convoques):
        found.setdefault(row.cloture, {})[Cle(row.voie, row.code)] = row.convoques
    return found
