"""SQL of a restored database: rights as SANTORIN can read them on the topic."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from chassis.database import Connection, Row
from event_schemas.catalogue import ACCES
from event_schemas.habilitations import Habilitation

_TABLE = """
CREATE TEMP TABLE lue (convocation_id uuid PRIMARY KEY, version int NOT NULL, status text NOT NULL,
                       numero text NOT NULL, mission_id uuid NOT NULL, role text NOT NULL, etat bytea NOT NULL,
                       suit int NOT NULL, hash text NOT NULL DEFAULT '') ON COMMIT DROP
"""
# The last record of each right that this database does not hold: a later version, or the same one with other bytes.
_ADD = """
INSERT INTO lue
SELECT t.* FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::bytea[], $8::int[])
               AS t (convocation_id, version, status, numero, mission_id, role, etat, suit)
LEFT JOIN habilitation h USING (convocation_id)
WHERE h.version IS NULL OR t.version > h.version OR t.version = h.version AND t.etat <> h.etat
ON CONFLICT (convocation_id) DO UPDATE
SET version = excluded.version, status = excluded.status, numero = excluded.numero, mission_id = excluded.mission_id,
    role = excluded.role, etat = excluded.etat, suit = excluded.suit
WHERE lue.version <= excluded.version
"""
_FOLLOW = """
UPDATE lue SET hash = t.hash FROM unnest($1::uuid[], $2::int[], $3::text[]) AS t (convocation_id, version, hash)
WHERE lue.convocation_id = t.convocation_id AND lue.suit = t.version
"""
# It follows the convocation's version that it followed: older ones, read again, are known, and open nothing.
_TAKE = """
INSERT INTO habilitation AS h (convocation_id, version, published_version, convocation_version, convocation_hash,
                               status, numero, mission_id, role, etat)
SELECT convocation_id, version, version, suit, hash, status, numero, mission_id, role, etat FROM lue
ON CONFLICT (convocation_id) DO UPDATE
SET version = excluded.version, published_version = excluded.version, status = excluded.status,
    convocation_version = excluded.convocation_version, convocation_hash = excluded.convocation_hash,
    numero = excluded.numero, mission_id = excluded.mission_id, role = excluded.role, etat = excluded.etat,
    changed_at = now(), convocation_le = NULL, envoi = NULL
RETURNING convocation_id::text AS droit, status
"""
_COUNT_ACCES_ON = f"""
UPDATE habilitation h SET acces_version = vu.version FROM vu
WHERE vu.topic = '{ACCES}' AND vu.id = h.convocation_id AND h.acces_version < vu.version
"""
_HELD = """
SELECT convocation_id AS id, convocation_version AS version FROM habilitation
WHERE convocation_id > $1 AND convocation_version > 0 ORDER BY convocation_id LIMIT $2
"""


class Repris(Row):
    """A right taken back from the topic."""

    droit: str
    status: str


class Tenue(Row):
    """The version of a convocation that a right follows."""

    id: UUID
    version: int


async def begin(connection: Connection) -> None:
    """The transaction's table of what SANTORIN can read."""
    await connection.execute(_TABLE)


async def add(connection: Connection, rights: Sequence[tuple[Habilitation, bytes]]) -> None:
    """Keep what this database does not hold, byte for byte."""
    last: dict[UUID, tuple[Habilitation, bytes]] = {}
    for right, etat in rights:
        if right.convocation_id not in last or last[right.convocation_id][0].version <= right.version:
            last[right.convocation_id] = right, etat
    if last:
        rows = [_row(right, etat) for right, etat in last.values()]
        await connection.execute(_ADD, *map(list, zip(*rows, strict=True)))


async def follow(connection: Connection, hashes: Mapping[tuple[UUID, int], str]) -> None:
    """The content's hash of convocations' versions."""
    rows = [(*key, hash_) for key, hash_ in hashes.items()]
    if rows:
        await connection.execute(_FOLLOW, *map(list, zip(*rows, strict=True)))


async def take(connection: Connection) -> list[Repris]:
    """The rights are as the topic says."""
    return await connection.fetch(_TAKE, record_class=Repris)


async def count_acces_on(connection: Connection) -> None:
    """What is told next about each right is above what was told."""
    await connection.execute(_COUNT_ACCES_ON)


async def held(connection: Connection, after: UUID, size: int) -> list[Tenue]:
    """The next `size` convocations that a right follows, after the id `after`."""
    return await connection.fetch(_HELD, after, size, record_class=Tenue)


def _row(right: Habilitation, etat: bytes) -> tuple[object, ...]:
    mission = right.mission.mission_id
    person = right.intervenant.numero
    who = (right.convocation_id, right.version, right.status, person, mission, right.role)
    return (*who, etat, right.convocation_version)
