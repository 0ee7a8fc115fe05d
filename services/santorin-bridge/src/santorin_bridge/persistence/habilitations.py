"""SQL of the rights: the guard, the set-based save, and the dirty keys that the relay publishes (D19b)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.cloudevents import Cause
from chassis.database import Connection, Row, copy_new, update_all
from chassis.guard import Known
from chassis.outbox import Waiting
from event_schemas.habilitations import Habilitation

_KNOWN = """
SELECT convocation_id, convocation_version, convocation_hash FROM habilitation
WHERE convocation_id = ANY($1::uuid[]) ORDER BY convocation_id FOR UPDATE
"""
_VERSIONS = "SELECT convocation_id, version FROM habilitation WHERE convocation_id = ANY($1::uuid[])"
_COLUMNS = (
    "convocation_id",
    "version",
    "convocation_version",
    "convocation_hash",
    "status",
    "numero",
    "mission_id",
    "role",
    "etat",
    "correlation_id",
    "causation_id",
    "traceparent",
    "convocation_le",
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
_WAITING = """
SELECT $1::text AS topic, count(*) AS pending,
       extract(epoch FROM now() - min(sale_depuis))::float8 AS oldest_seconds
FROM habilitation WHERE published_version < version HAVING count(*) > 0
"""
# Before _PUBLISHED, so that its snapshot has what whoever held a row has committed: an answer among others.
_LOCK = "SELECT FROM habilitation WHERE convocation_id = ANY($1::uuid[]) ORDER BY convocation_id FOR UPDATE"
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


class _Suivie(Row):
    convocation_id: UUID
    convocation_version: int
    convocation_hash: str


class _VersionRow(Row):
    convocation_id: UUID
    version: int


class NouveauDroit(NamedTuple):
    """A version of a right to write, with the hash, the cause and the time of the convocation it follows."""

    etat: Habilitation
    convocation_hash: str
    cause: Cause
    convocation_le: datetime


class Dirty(Row):
    """A right whose last version is not on the topic yet; `etat` is its body."""

    convocation_id: UUID
    version: int
    convocation_version: int
    status: str
    etat: bytes
    changed_at: datetime
    correlation_id: str | None
    causation_id: str | None
    traceparent: str | None


class AccesSuivant(Row):
    """The next version (`acces_version`) of what is told about a right, and the right as it is then."""

    convocation_id: UUID
    acces_version: int
    version: int
    convocation_version: int
    status: str


class Publiee(AccesSuivant):
    """A right just sent; `waited`: seconds since its convocation came, `answered`: SANTORIN was faster than we."""

    correlation_id: str | None
    causation_id: str | None
    traceparent: str | None
    waited: float | None
    answered: bool


class DroitEcrit(Row):
    """A right's body; `douteuse`: something about it could not be applied."""

    etat: bytes
    douteuse: bool


async def known(connection: Connection, convocations: list[str]) -> dict[str, Known]:
    """Version and hash of the convocation each right follows, its row locked."""
    rows = await connection.fetch(_KNOWN, convocations, record_class=_Suivie)
    return {str(row.convocation_id): Known(row.convocation_version, row.convocation_hash) for row in rows}


async def versions(connection: Connection, convocations: list[str]) -> dict[str, int]:
    """The own version of each right there is."""
    rows = await connection.fetch(_VERSIONS, convocations, record_class=_VersionRow)
    return {str(row.convocation_id): row.version for row in rows}


async def save(connection: Connection, droits: Sequence[NouveauDroit]) -> None:
    """Write the last state of each right. Raises ConcurrentWrite."""
    await copy_new(connection, "habilitation", _COLUMNS, [_row(one) for one in droits if one.etat.version == 1])
    await update_all(connection, _CHANGE, [_row(one) for one in droits if one.etat.version > 1])


def _row(droit: NouveauDroit) -> tuple[object, ...]:
    etat, cause = droit.etat, droit.cause
    return (
        etat.convocation_id,
        etat.version,
        etat.convocation_version,
        droit.convocation_hash,
        etat.status,
        etat.intervenant.numero,
        etat.mission.mission_id,
        etat.role,
        etat.to_bytes(),
        cause.correlation_id,
        cause.causation_id,
        cause.traceparent,
        droit.convocation_le,
    )


async def dirty(connection: Connection, limit: int) -> list[Dirty]:
    """The rights to publish, the longest waiting first."""
    return await connection.fetch(_DIRTY, limit, record_class=Dirty)


async def waiting(connection: Connection, topic: str) -> list[Waiting]:
    """How many rights are to publish on `topic`, and since when; nothing where there is none."""
    return await connection.fetch(_WAITING, topic, record_class=Waiting)


async def published(connection: Connection, sent: Sequence[Dirty]) -> list[Publiee]:
    """Note what SANTORIN can read now. Within a transaction."""
    await connection.execute(_LOCK, [row.convocation_id for row in sent])
    rows = [(row.convocation_id, row.version, row.convocation_version, row.status) for row in sent]
    return await connection.fetch(_PUBLISHED, *map(list, zip(*rows, strict=True)), record_class=Publiee)


async def of_person(connection: Connection, numero: str) -> list[DroitEcrit]:
    """The rights of a person, granted or revoked."""
    return await connection.fetch(
        f"{_RIGHTS} WHERE h.numero = $1 ORDER BY h.convocation_id", numero, record_class=DroitEcrit
    )


async def of_mission(connection: Connection, mission_id: UUID) -> list[DroitEcrit]:
    """The rights on a mission, granted or revoked."""
    return await connection.fetch(
        f"{_RIGHTS} WHERE h.mission_id = $1 ORDER BY h.convocation_id", mission_id, record_class=DroitEcrit
    )
