"""SQL of the rights: the guard, the set-based save, and the dirty keys that the relay publishes (D19b)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis import outbox
from chassis.cloudevents import Cause, encode, event_id
from chassis.consumer import Known
from chassis.database import Connection, copy_new, update_all
from chassis.outbox import Message, Outgoing
from event_schemas.catalogue import HABILITATION, HABILITATION_STATE
from event_schemas.habilitations import Habilitation
from santorin_bridge.metrics import CONVOCATION_TO_SANTORIN_SECONDS
from santorin_bridge.publishing import publish

SOURCE = "/imagin/santorin-bridge/habilitations"  # its ids count apart from those of the outbox's events

_KNOWN = """
SELECT convocation_id, convocation_version, convocation_hash FROM habilitation
WHERE convocation_id = ANY($1::uuid[]) ORDER BY convocation_id FOR UPDATE
"""
_COLUMNS = (
    *("convocation_id", "version", "convocation_version", "convocation_hash", "status", "numero", "mission_id"),
    *("role", "etat", "correlation_id", "causation_id", "traceparent", "convocation_le"),
)
_CHANGE = """
UPDATE habilitation h
SET version = t.version, convocation_version = t.convocation_version, convocation_hash = t.convocation_hash,
    status = t.status, numero = t.numero, mission_id = t.mission_id, role = t.role, etat = t.etat,
    correlation_id = t.correlation_id, causation_id = t.causation_id, traceparent = t.traceparent,
    convocation_le = t.convocation_le, changed_at = now()
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[],
            $9::bytea[], $10::text[], $11::text[], $12::text[], $13::timestamptz[])
     AS t (convocation_id, version, convocation_version, convocation_hash, status, numero, mission_id, role, etat,
           correlation_id, causation_id, traceparent, convocation_le)
WHERE h.convocation_id = t.convocation_id AND h.version < t.version
"""
_DIRTY = """
SELECT convocation_id, version, convocation_version, status, etat, changed_at, correlation_id, causation_id, traceparent
FROM habilitation WHERE published_version < version ORDER BY changed_at, convocation_id LIMIT $1
"""
_PUBLISHED = """
UPDATE habilitation h SET published_version = sent.version, publiee_le = now(), acces_version = h.acces_version + 1
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[]) AS sent (convocation_id, version, convocation_version, status)
WHERE h.convocation_id = sent.convocation_id AND h.published_version < sent.version
RETURNING h.convocation_id, h.acces_version, sent.version, sent.convocation_version, sent.status,
          h.correlation_id, h.causation_id, h.traceparent,
          extract(epoch FROM clock_timestamp() - h.convocation_le)::float8 AS waited,
          EXISTS (SELECT FROM accuse a WHERE a.convocation_id = h.convocation_id
                  AND a.habilitation_version >= sent.version) AS answered
"""
# A record about this convocation that could not be applied may say otherwise: nobody knows.
_RIGHTS = """
SELECT etat, EXISTS (SELECT FROM dead_letter d WHERE d.consumer_group = 'santorin-bridge.convocation'
                     AND d.state IN ('OPEN', 'RETRY') AND d.aggregate = h.convocation_id::text) AS douteuse
FROM habilitation h
"""


async def known(connection: Connection, convocations: list[str]) -> dict[str, Known]:
    """Version and hash of the convocation each right follows, its row locked."""
    rows = await connection.fetch(_KNOWN, convocations)
    return {str(row["convocation_id"]): Known(row["convocation_version"], row["convocation_hash"]) for row in rows}


async def versions(connection: Connection, convocations: list[str]) -> dict[str, int]:
    """The own version of each right there is."""
    query = "SELECT convocation_id, version FROM habilitation WHERE convocation_id = ANY($1::uuid[])"
    return {str(row["convocation_id"]): row["version"] for row in await connection.fetch(query, convocations)}


async def save(connection: Connection, states: Sequence[tuple[Habilitation, str, Cause, datetime]]) -> None:
    """Write the last state of each right, with its convocation's hash, cause and time. Raises ConcurrentWrite."""
    rows = [
        (
            *(state.convocation_id, state.version, state.convocation_version, convocation_hash, state.status),
            *(state.intervenant.numero, state.mission.mission_id, state.role, state.to_bytes()),
            *(cause.correlation_id, cause.causation_id, cause.traceparent, le),
        )
        for state, convocation_hash, cause, le in states
    ]
    await copy_new(connection, "habilitation", _COLUMNS, [row for row in rows if row[1] == 1])
    await update_all(connection, _CHANGE, [row for row in rows if row[1] > 1])


class DirtyHabilitations:
    """The relay's source: the current state of each key to publish; sending again can only repeat or advance."""

    async def fetch(self, connection: Connection, limit: int) -> list[Message]:
        return [_message(row) for row in await connection.fetch(_DIRTY, limit)]

    async def clear(self, connection: Connection, sent: Sequence[Message]) -> None:
        """What SANTORIN can read now is told as transmitted or withdrawn, in the same transaction."""
        columns = map(list, zip(*(message.token for message in sent), strict=True))
        async with connection.transaction():
            rows = await connection.fetch(_PUBLISHED, *columns)
            # after a crash SANTORIN may have answered before we noted that it was sent: the answer says more
            # and a right that reconciliation revoked for want of a convocation is nobody's news
            told = [_told(row) for row in rows if row["convocation_version"] and not row["answered"]]
            await outbox.append(connection, told)
        for row in rows:
            if row["waited"] is not None:
                CONVOCATION_TO_SANTORIN_SECONDS.observe(max(0.0, row["waited"]))


def _told(row: Any) -> Outgoing:
    cause = Cause(row["correlation_id"], row["causation_id"], row["traceparent"])
    return publish(row, "TRANSMISE" if row["status"] == "GRANTED" else "RETIREE", None, cause)


def _message(row: Any) -> Message:
    key, version = row["convocation_id"], row["version"]
    cause = Cause(row["correlation_id"], row["causation_id"], row["traceparent"])
    headers = encode(HABILITATION_STATE, SOURCE, str(key), event_id(key.bytes, version), row["changed_at"], cause)
    token = (key, version, row["convocation_version"], row["status"])
    return Message(HABILITATION, str(key).encode(), row["etat"], headers, token)


async def of_person(connection: Connection, numero: str) -> list[Any]:
    """The rights of a person, granted or revoked; `douteuse`: something about it could not be applied."""
    return list(await connection.fetch(f"{_RIGHTS} WHERE h.numero = $1 ORDER BY h.convocation_id", numero))


async def of_mission(connection: Connection, mission_id: UUID) -> list[Any]:
    """The rights on a mission, in the same form."""
    return list(await connection.fetch(f"{_RIGHTS} WHERE h.mission_id = $1 ORDER BY h.convocation_id", mission_id))
