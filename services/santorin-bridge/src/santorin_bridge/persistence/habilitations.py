"""SQL of the rights: the guard, the set-based save, and the dirty keys that the relay publishes (D19b)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.database import Connection, Row, copy_new, update_all
from chassis.guard import Known

_KNOWN = """
SELECT convocation_id::text AS convocation_id, convocation_version, convocation_hash FROM habilitation
WHERE convocation_id = ANY($1::text[]::uuid[]) ORDER BY habilitation.convocation_id FOR UPDATE
"""
_VERSIONS = """
SELECT convocation_id::text AS convocation_id, version FROM habilitation WHERE convocation_id = ANY($1::text[]::uuid[])
"""
_CHANGE = """
UPDATE habilitation h
SET version = t.version, convocation_version = t.convocation_version, convocation_hash = t.convocation_hash,
    status = t.status, numero = t.numero, mission_id = t.mission_id, role = t.role, etat = t.etat,
    correlation_id = t.correlation_id, causation_id = t.causation_id, traceparent = t.traceparent,
    convocation_le = t.convocation_le, changed_at = now(),
    acces_version = h.acces_version + 1, annonce = h.acces_version + 1, annonce_de = t.version
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[],
            $9::bytea[], $10::text[], $11::text[], $12::text[], $13::timestamptz[])
     AS t (convocation_id, version, convocation_version, convocation_hash, status, numero, mission_id, role, etat,
           correlation_id, causation_id, traceparent, convocation_le)
WHERE h.convocation_id = t.convocation_id AND h.version < t.version
"""
# `answered`: after a crash SANTORIN may have answered what we are about to send again; its answer says more.
_DIRTY = """
SELECT convocation_id::text AS convocation_id, version, convocation_version, status, etat, changed_at, correlation_id,
       causation_id, traceparent, annonce, annonce_de = version AS annoncee,
       EXISTS (SELECT FROM accuse a WHERE a.convocation_id = h.convocation_id
               AND a.habilitation_version >= h.version) AS answered
FROM habilitation h WHERE published_version < version ORDER BY changed_at, h.convocation_id LIMIT $1
"""
_ANNOUNCE = """
UPDATE habilitation SET acces_version = acces_version + 1, annonce = acces_version + 1, annonce_de = version
WHERE convocation_id = ANY($1::text[]::uuid[]) AND annonce_de <> version
"""
# Locked in the order of ids, as whoever writes rights locks them.
_PUBLISHED = """
WITH sent AS MATERIALIZED (
    SELECT h.convocation_id, sent.version
    FROM habilitation h
    JOIN unnest($1::text[]::uuid[], $2::int[]) AS sent (convocation_id, version) USING (convocation_id)
    ORDER BY h.convocation_id FOR UPDATE OF h
)
UPDATE habilitation h SET published_version = sent.version, publiee_le = now()
FROM sent
WHERE h.convocation_id = sent.convocation_id AND h.published_version < sent.version
RETURNING extract(epoch FROM clock_timestamp() - h.convocation_le)::float8 AS waited
"""
# A record about this convocation that could not be applied may say otherwise: nobody knows.
_RIGHTS = """
SELECT etat, EXISTS (SELECT FROM dead_letter d WHERE d.consumer_group = 'santorin-bridge.convocation'
                     AND d.state IN ('OPEN', 'RETRY') AND d.aggregate = h.convocation_id::text) AS douteuse
FROM habilitation h
"""


class _Suivie(Row):
    convocation_id: str
    convocation_version: int
    convocation_hash: str


class _VersionRow(Row):
    convocation_id: str
    version: int


class NouveauDroit(NamedTuple):
    """A version of a right to write, `etat` its body, with the hash, the cause and the time of the convocation that it
    follows: the first columns of the table, in their order.
    """

    convocation_id: UUID
    version: int
    convocation_version: int
    convocation_hash: str
    status: str
    numero: str
    mission_id: UUID
    role: str
    etat: bytes
    correlation_id: str | None
    causation_id: str | None
    traceparent: str | None
    convocation_le: datetime


_COLUMNS = (*NouveauDroit._fields, "acces_version", "annonce", "annonce_de")


class Dirty(Row):
    """A right whose last version is not on the topic yet; `etat` is its body.

    `annonce`: the version of what tells it as transmitted, where `annoncee`; `answered`: SANTORIN has spoken of it.
    """

    convocation_id: str
    version: int
    convocation_version: int
    status: str
    etat: bytes
    changed_at: datetime
    correlation_id: str | None
    causation_id: str | None
    traceparent: str | None
    annonce: int
    annoncee: bool
    answered: bool


class AccesSuivant(Row):
    """The next version (`acces_version`) of what is told about a right, and the right as it is then."""

    convocation_id: UUID
    acces_version: int
    version: int
    convocation_version: int
    status: str


class _Publiee(Row):
    waited: float | None


class DroitEcrit(Row):
    """A right's body; `douteuse`: something about it could not be applied."""

    etat: bytes
    douteuse: bool


async def known(connection: Connection, convocations: list[str]) -> dict[str, Known]:
    """Version and hash of the convocation each right follows, its row locked."""
    rows = await connection.fetch(_KNOWN, convocations, record_class=_Suivie)
    return {row.convocation_id: Known(row.convocation_version, row.convocation_hash) for row in rows}


async def versions(connection: Connection, convocations: list[str]) -> dict[str, int]:
    """The own version of each right there is."""
    rows = await connection.fetch(_VERSIONS, convocations, record_class=_VersionRow)
    return {row.convocation_id: row.version for row in rows}


async def save(connection: Connection, droits: Sequence[NouveauDroit]) -> None:
    """Write the last state of each right. Raises ConcurrentWrite."""
    new = [(*one, 1, 1, 1) for one in droits if one.version == 1]
    await copy_new(connection, "habilitation", _COLUMNS, new)
    await update_all(connection, _CHANGE, [one for one in droits if one.version > 1])


async def dirty(connection: Connection, limit: int) -> list[Dirty]:
    """The rights to publish, the longest waiting first; those that follow a convocation are `annoncee`."""
    rows = await connection.fetch(_DIRTY, limit, record_class=Dirty)
    while kept_none := [one.convocation_id for one in rows if one.convocation_version and not one.annoncee]:
        await connection.execute(_ANNOUNCE, kept_none)
        rows = await connection.fetch(_DIRTY, limit, record_class=Dirty)
    return rows


async def published(connection: Connection, sent: Sequence[Dirty]) -> list[float]:
    """Note what SANTORIN can read now; returns the seconds since the convocation of each."""
    ids, versions = [row.convocation_id for row in sent], [row.version for row in sent]
    rows = await connection.fetch(_PUBLISHED, ids, versions, record_class=_Publiee)
    return [row.waited for row in rows if row.waited is not None]


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
