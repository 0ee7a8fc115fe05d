"""SQL of the reconciliation: three sides side by side in tables of the session, and the repair by new versions."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis import dead_letters
from chassis.database import Connection, Row
from santorin_bridge.domain.ecart import EtatConvocation, Vues
from santorin_bridge.persistence import envois

GROUP = "santorin-bridge.convocation"
"""The consumer group whose work is looked at."""
_LOCK = 4_207_003
MOST = 50_000
"""Differences looked at at once: with more, repair and look again."""

_TABLES = """
CREATE TEMP TABLE verite (convocation_id uuid PRIMARY KEY, version int NOT NULL, active boolean NOT NULL);
CREATE TEMP TABLE sujet (convocation_id uuid PRIMARY KEY, version int NOT NULL, ouvert boolean NOT NULL,
                         empreinte bytea NOT NULL);
"""
_DROP = "DROP TABLE IF EXISTS pg_temp.verite, pg_temp.sujet"
_READ = """
INSERT INTO sujet SELECT * FROM unnest($1::uuid[], $2::int[], $3::boolean[], $4::bytea[])
ON CONFLICT (convocation_id) DO UPDATE
SET version = excluded.version, ouvert = excluded.ouvert, empreinte = excluded.empreinte
WHERE sujet.version <= excluded.version OR excluded.empreinte = ''
"""
_DIFFERENCES = """
SELECT convocation_id::text, v.version AS convocation, coalesce(v.active, false) AS active,
       h.convocation_version AS suit, h.version AS droit, coalesce(h.status = 'GRANTED', false) AS ouvert,
       s.version AS sujet, coalesce(s.ouvert, false) AS sujet_ouvert,
       coalesce(s.empreinte = sha256(h.etat), false) AS meme_contenu
FROM habilitation h FULL JOIN verite v USING (convocation_id) FULL JOIN sujet s USING (convocation_id)
WHERE NOT coalesce(v.version = h.convocation_version AND v.active = (h.status = 'GRANTED')
                   AND s.version = h.version AND s.empreinte = sha256(h.etat), false)
  -- taken off the topic, and nobody else has it; or a right whose convocation is over its term (0061)
  AND NOT (h.convocation_id IS NULL AND v.convocation_id IS NULL AND NOT coalesce(s.ouvert, false))
  AND NOT coalesce(v.convocation_id IS NULL AND h.changed_at < now() - interval '401 days'
                   AND s.version = h.version AND s.empreinte = sha256(h.etat), false)
LIMIT $1
"""
_COUNT = "SELECT count(*) FILTER (WHERE status = 'GRANTED') AS ouverts, count(*) AS droits FROM habilitation"
_OF = """
SELECT h.convocation_id, h.convocation_version, h.etat, greatest(h.version, s.version) AS version FROM habilitation h
LEFT JOIN sujet s USING (convocation_id)
WHERE h.convocation_id = ANY($1::uuid[]) ORDER BY h.convocation_id FOR UPDATE OF h
"""
_RAISE = """
UPDATE habilitation h
SET version = t.version, convocation_version = t.suit, status = t.status, etat = t.etat, changed_at = now(),
    convocation_le = NULL, envoi = $6::bigint
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::bytea[])
     AS t (convocation_id, version, suit, status, etat)
WHERE h.convocation_id = t.convocation_id AND h.version < t.version
"""
_ALIGN = """
UPDATE habilitation h SET version = s.version, published_version = s.version, envoi = NULL FROM sujet s
WHERE s.convocation_id = h.convocation_id AND h.convocation_id = ANY($1::uuid[]) AND h.version < s.version
"""
_FORGET = (
    "UPDATE habilitation SET convocation_version = 0, convocation_hash = '' WHERE convocation_id = ANY($1::uuid[])"
)
_TAKE_OVER = """
INSERT INTO habilitation (convocation_id, version, published_version, convocation_version, convocation_hash, status,
                          numero, mission_id, role, etat, envoi)
SELECT id, version, published, 0, '', status, numero, mission_id, role, etat,
       CASE WHEN published < version THEN $9::bigint END
FROM unnest($1::uuid[], $2::int[], $3::int[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::bytea[])
     AS t (id, version, published, status, numero, mission_id, role, etat)
ON CONFLICT (convocation_id) DO NOTHING
"""


class OnTopic(NamedTuple):
    """The last record of a key: version 0 where it cannot be read, and no `empreinte` where it was taken off."""

    convocation_id: UUID
    version: int
    ouvert: bool
    empreinte: bytes


class _VuesRow(Row):
    convocation_id: str
    convocation: int | None
    active: bool
    suit: int | None
    droit: int | None
    ouvert: bool
    sujet: int | None
    sujet_ouvert: bool
    meme_contenu: bool


class Compte(Row):
    """How many rights there are, and how many are open."""

    ouverts: int
    droits: int


class DroitTenu(Row):
    """A right; `version` is the highest one seen here or on the topic at the last look."""

    convocation_id: UUID
    convocation_version: int
    etat: bytes
    version: int


class Relevee(NamedTuple):
    """A new version of a right, the convocation's version it follows, its body."""

    convocation_id: UUID
    version: int
    suit: int
    status: str
    etat: bytes


class Reprise(NamedTuple):
    """A right that only the topic had."""

    convocation_id: UUID
    version: int
    publiee: int
    status: str
    numero: str
    mission_id: UUID
    role: str
    etat: bytes


@asynccontextmanager
async def alone(connection: Connection) -> AsyncIterator[bool]:
    """Whether nobody else reconciles now; the tables of the session are there meanwhile."""
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
        yield False
        return
    try:
        yield True
    finally:
        await connection.execute(_DROP)
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def begin(connection: Connection) -> None:
    """Empty tables for one look."""
    await connection.execute(_DROP)
    await connection.execute(_TABLES)


async def add_truth(connection: Connection, page: Sequence[EtatConvocation]) -> None:
    """Convocations as convocation knows them."""
    await connection.copy_records_to_table("verite", records=page)


async def add_topic(connection: Connection, records: Sequence[OnTopic]) -> None:
    """Records of the topic in their order, one a key; the highest version stays."""
    await connection.execute(_READ, *map(list, zip(*records, strict=True)))


async def differences(connection: Connection) -> dict[str, Vues]:
    """Where the three do not agree, MOST at most; some rows have no cause: both sides know that nobody may enter."""
    rows = await connection.fetch(_DIFFERENCES, MOST, record_class=_VuesRow)
    return {vues.convocation_id: vues for vues in map(_vues, rows) if vues.causes}


def _vues(row: _VuesRow) -> Vues:
    return Vues(
        row.convocation_id,
        row.convocation,
        row.active,
        row.suit,
        row.droit,
        row.ouvert,
        row.sujet,
        row.sujet_ouvert,
        row.meme_contenu,
    )


async def count(connection: Connection) -> Compte:
    """Of the rights recorded."""
    row = await connection.fetchrow(_COUNT, record_class=Compte)
    assert row is not None
    return row


async def rights(connection: Connection, convocations: Sequence[str]) -> list[DroitTenu]:
    """These rights, their rows locked."""
    return await connection.fetch(_OF, convocations, record_class=DroitTenu)


async def raise_versions(connection: Connection, rows: Sequence[Relevee]) -> None:
    """New versions of rights, which the relay sends."""
    if rows:
        envoi = await envois.ouvrir(connection, len(rows))
        await connection.execute(_RAISE, *map(list, zip(*rows, strict=True)), envoi.id)


async def align(connection: Connection, convocations: Sequence[str]) -> None:
    """Count on from the topic's versions, where they are ahead: the next one must be above what a reader may hold."""
    await connection.execute(_ALIGN, list(convocations))


async def forget(connection: Connection, convocations: Sequence[str]) -> None:
    """Follow no version of the convocation any more: the one that is told next applies, whatever it is."""
    await connection.execute(_FORGET, list(convocations))


async def take_over(connection: Connection, rows: Sequence[Reprise]) -> None:
    """Record what only the topic had: it follows no convocation, until one is told."""
    if rows:
        async with connection.transaction():
            envoi = await envois.ouvrir(connection, len(rows))
            await connection.execute(_TAKE_OVER, *map(list, zip(*rows, strict=True)), envoi.id)


async def now(connection: Connection) -> datetime:
    """By the database's clock."""
    moment: datetime = await connection.fetchval("SELECT clock_timestamp()")
    return moment


async def close_deleted(connection: Connection, before: datetime) -> None:
    """Both sides are equal since that moment: what was deleted unread until then is known by now."""
    await dead_letters.close_deleted(connection, GROUP, before, "réconciliation sans écart")
