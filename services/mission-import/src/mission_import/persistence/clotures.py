"""SQL of the closings: the latest revision of each, and all as received."""

from collections.abc import Sequence

from chassis.cloudevents import Event
from chassis.consumer import Known
from chassis.database import ConcurrentWrite, Connection

_KNOWN = "SELECT cloture, revision, hash FROM cloture WHERE cloture = ANY($1::text[]) ORDER BY cloture FOR UPDATE"

_SAVE = """
INSERT INTO cloture (cloture, session, uai, academie, revision, hash)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[])
ON CONFLICT (cloture) DO UPDATE
SET academie = excluded.academie, revision = excluded.revision, hash = excluded.hash, appliquee_le = now()
WHERE cloture.revision < excluded.revision
"""

_RECEIVED = """
INSERT INTO cloture_recue (cloture, revision, ce_id, contenu)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[])
"""


async def known(connection: Connection, clotures: list[str]) -> dict[str, Known]:
    """The revision held of each closing, its row locked."""
    rows = await connection.fetch(_KNOWN, clotures)
    return {row["cloture"]: Known(row["revision"], row["hash"]) for row in rows}


async def save(connection: Connection, events: Sequence[Event]) -> None:
    """Bring the closings to their latest revision. Raises ConcurrentWrite when another process did so meanwhile."""
    latest = sorted({event.aggregate: event for event in events}.values(), key=lambda event: event.aggregate)
    states = [event.state for event in latest]
    done = await connection.execute(
        _SAVE,
        [event.aggregate for event in latest],
        [state.session for state in states],
        [state.uai for state in states],
        [state.etablissement.academie for state in states],
        [event.version for event in latest],
        [event.hash for event in latest],
    )
    if done != f"INSERT 0 {len(latest)}":
        raise ConcurrentWrite
    await connection.execute(
        _RECEIVED,
        [event.aggregate for event in events],
        [event.version for event in events],
        [event.id for event in events],
        [event.record.value for event in events],
    )
