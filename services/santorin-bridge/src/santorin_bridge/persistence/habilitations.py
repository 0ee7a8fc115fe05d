"""SQL of the rights: the guard and the set-based save, each time with an envoi that the relay publishes (D19b)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.database import Connection, Row, copy_new, fetch_all
from chassis.guard import Known
from santorin_bridge.persistence import envois
from santorin_bridge.persistence.envois import DroitAPublier, Envoi

_KNOWN = """
SELECT convocation_id::text AS convocation_id, convocation_version, convocation_hash, version FROM habilitation
WHERE convocation_id = ANY($1::text[]::uuid[]) ORDER BY habilitation.convocation_id FOR UPDATE
"""
_CHANGE = """
UPDATE habilitation h
SET version = t.version, convocation_version = t.convocation_version, convocation_hash = t.convocation_hash,
    status = t.status, numero = t.numero, mission_id = t.mission_id, role = t.role, etat = t.etat,
    correlation_id = t.correlation_id, causation_id = t.causation_id, traceparent = t.traceparent,
    convocation_le = t.convocation_le, changed_at = now(), envoi = $14::bigint,
    acces_version = h.acces_version + 1, annonce = h.acces_version + 1, annonce_de = t.version
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[],
            $9::bytea[], $10::text[], $11::text[], $12::text[], $13::timestamptz[])
     AS t (convocation_id, version, convocation_version, convocation_hash, status, numero, mission_id, role, etat,
           correlation_id, causation_id, traceparent, convocation_le)
WHERE h.convocation_id = t.convocation_id AND h.version < t.version
RETURNING h.convocation_id, h.annonce
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


_COLUMNS = (*NouveauDroit._fields, "envoi", "acces_version", "annonce", "annonce_de")
_FIRST = 1  # what is told first about a right


class _Change(Row):
    convocation_id: UUID
    annonce: int


class AccesSuivant(Row):
    """The next version (`acces_version`) of what is told about a right, and the right as it is then."""

    convocation_id: UUID
    acces_version: int
    version: int
    convocation_version: int
    status: str


class DroitEcrit(Row):
    """A right's body; `douteuse`: something about it could not be applied."""

    etat: bytes
    douteuse: bool


async def known(connection: Connection, convocations: list[str]) -> dict[str, Known]:
    """Version and hash of the convocation each right follows, and the right's own version; its row locked."""
    rows = await connection.fetch(_KNOWN, convocations, record_class=_Suivie)
    return {row.convocation_id: Known(row.convocation_version, row.convocation_hash, row.version) for row in rows}


async def save(connection: Connection, droits: Sequence[NouveauDroit]) -> None:
    """Write the last state of each right, to be published together. Raises ConcurrentWrite."""
    envoi = await envois.ouvrir(connection, len(droits))
    new = [(*one, envoi.id, 1, _FIRST, 1) for one in droits if one.version == 1]
    await copy_new(connection, "habilitation", _COLUMNS, new)
    changed = [one for one in droits if one.version > 1]
    rows = await fetch_all(connection, _CHANGE, changed, envoi.id, record_class=_Change)
    annonces = {row.convocation_id: row.annonce for row in rows}
    envois.retenir(envoi, [_a_publier(one, envoi, annonces.get(one.convocation_id, _FIRST)) for one in droits])


def _a_publier(droit: NouveauDroit, envoi: Envoi, annonce: int) -> DroitAPublier:
    """As it is read from the table (a test compares)."""
    return DroitAPublier(
        droit.convocation_id,
        droit.version,
        droit.convocation_version,
        droit.status,
        droit.etat,
        envoi.le,
        droit.correlation_id,
        droit.causation_id,
        droit.traceparent,
        droit.convocation_le,
        annonce,
    )


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
