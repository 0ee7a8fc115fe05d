"""SQL of the reminders that an établissement sends, and of acts that can still be undone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from chassis.database import Connection, Row
from convocation.convocations.domain import Convocation
from convocation.convocations.reads import EtatRow, convocation_of

# Once a day: two secretaries, or two clicks, send one.
_REMIND = """
INSERT INTO relance (convocation_id, le)
SELECT c.convocation_id, $2 FROM convocation c
JOIN notification n USING (convocation_id)
WHERE c.convocation_id = ANY($1::uuid[]) AND c.status = 'ACTIVE'
  AND n.convocation_version = c.version AND n.etat = 'ENVOYEE'
  AND NOT EXISTS (SELECT FROM prise_de_connaissance p
                  WHERE p.convocation_id = c.convocation_id AND p.version = c.version)
ORDER BY c.convocation_id
ON CONFLICT (convocation_id) DO UPDATE SET le = excluded.le WHERE relance.le < excluded.le - interval '1 day'
RETURNING convocation_id
"""


class Relancee(Row):
    """Whose reminder is due."""

    convocation_id: UUID


async def remind(connection: Connection, convocations: Sequence[UUID], now: datetime) -> list[UUID]:
    """Note a reminder of those that were told, have not been read, and had none for a day; returns them."""
    rows = await connection.fetch(_REMIND, convocations, now, record_class=Relancee)
    return [row.convocation_id for row in rows]


# Only the last act of a person: an earlier one may have been built upon. What is too old to be undone is not kept.
_REMEMBER = """
WITH gone AS (DELETE FROM lot WHERE le < $4 OR (uai = $1 AND par = $2))
INSERT INTO lot (uai, par, le, convocations, versions) VALUES ($1, $2, $3, $5::uuid[], $6::int[]) RETURNING lot_id
"""
_LAST = """
SELECT lot_id, le, cardinality(convocations) AS nombre FROM lot WHERE uai = $1 AND par = $2 AND le >= $3
ORDER BY lot_id DESC LIMIT 1
"""
_TAKE = """
DELETE FROM lot WHERE lot_id = $1 AND uai = $2 AND par = $3 AND le >= $4 RETURNING convocations, versions
"""
_MADE = """
SELECT convocation_id, mission_id, t.version FROM unnest($1::uuid[], $2::int[]) AS t (convocation_id, version)
JOIN convocation USING (convocation_id) ORDER BY mission_id, convocation_id
"""
_BEFORE = """
SELECT c.convocation_id, c.mission_id, c.numero, c.status, v.nature, v.qualite, v.qualite_par_defaut, v.profil, v.dates,
       v.observation, v.motif, v.version
FROM unnest($1::uuid[], $2::int[]) AS t (convocation_id, version)
JOIN convocation_version v ON v.convocation_id = t.convocation_id AND v.version = t.version - 1
JOIN convocation c ON c.convocation_id = t.convocation_id
"""


class DernierLot(Row):
    """The last act of a person: of how many convocations it made a version, and when."""

    lot_id: int
    le: datetime
    nombre: int


class _Lot(Row):
    """What an act made: a convocation's id and, at the same place, its version."""

    convocations: list[UUID]
    versions: list[int]


class Faite(Row):
    """A version that an act made."""

    convocation_id: UUID
    mission_id: UUID
    version: int


async def remember(
    connection: Connection, uai: str, par: str, le: datetime, oldest: datetime, versions: Mapping[UUID, int]
) -> int:
    """Keep what `par` made, version by id, until somebody acts after `oldest`; the number to ask for it with."""
    made = list(versions), list(versions.values())
    lot: int = await connection.fetchval(_REMEMBER, uai, par, le, oldest, *made)
    return lot


async def last(connection: Connection, uai: str, par: str, oldest: datetime) -> DernierLot | None:
    """What `par` can still undo there."""
    return await connection.fetchrow(_LAST, uai, par, oldest, record_class=DernierLot)


async def take(connection: Connection, lot: int, uai: str, par: str, oldest: datetime) -> list[Faite]:
    """What it made, by mission, once; nothing where it is another's, older than `oldest` or undone already."""
    row = await connection.fetchrow(_TAKE, lot, uai, par, oldest, record_class=_Lot)
    return await connection.fetch(_MADE, row.convocations, row.versions, record_class=Faite) if row else []


async def before(connection: Connection, made: Sequence[Faite]) -> dict[UUID, Convocation]:
    """What stood before each version; nothing for a first one."""
    ids, versions = [one.convocation_id for one in made], [one.version for one in made]
    rows = await connection.fetch(_BEFORE, ids, versions, record_class=EtatRow)
    return {row.convocation_id: convocation_of(row) for row in rows}
