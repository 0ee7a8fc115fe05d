"""SQL of a restored database: mails whose result was told since the backup are noted, and none goes out again."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from chassis.database import Connection, Row
from event_schemas.catalogue import CONVOCATION, COURRIEL, NOTIFICATION

_TABLES = """
CREATE TEMP TABLE rendu (convocation_id uuid, version int, envoyee boolean NOT NULL, le timestamptz NOT NULL,
                         PRIMARY KEY (convocation_id, version)) ON COMMIT DROP;
CREATE TEMP TABLE dite (convocation_id uuid, version int, hash text NOT NULL, nature text NOT NULL,
                        numero text NOT NULL, academie text NOT NULL, premier_jour date NOT NULL, correlation_id text,
                        le timestamptz NOT NULL, PRIMARY KEY (convocation_id, version)) ON COMMIT DROP;
CREATE TEMP TABLE demande (convocation_id uuid, version int, hash text NOT NULL, renvoi boolean NOT NULL,
                           le timestamptz NOT NULL, PRIMARY KEY (convocation_id, version)) ON COMMIT DROP;
"""
_ADD_RENDUS = """
INSERT INTO rendu SELECT * FROM unnest($1::uuid[], $2::int[], $3::boolean[], $4::timestamptz[])
ON CONFLICT (convocation_id, version) DO UPDATE SET envoyee = excluded.envoyee, le = excluded.le
"""
_ADD_DITES = """
INSERT INTO dite
SELECT t.* FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::date[], $8::text[],
                       $9::timestamptz[])
               AS t (convocation_id, version, hash, nature, numero, academie, premier_jour, correlation_id, le)
WHERE NOT EXISTS (SELECT FROM notification n WHERE n.convocation_id = t.convocation_id AND n.version >= t.version
                  AND n.jours = 0)
ON CONFLICT DO NOTHING
"""
_ADD_DEMANDES = """
INSERT INTO demande SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::boolean[], $5::timestamptz[])
ON CONFLICT DO NOTHING
"""
# Up to the last version whose mail has a result: that one as it was told, those below are superseded.
_NOTE = """
INSERT INTO notification (convocation_id, version, hash, nature, numero, academie, premier_jour, correlation_id,
                          recue_le, changee_le, pas_avant, etat, envoyee_le)
SELECT d.convocation_id, d.version, d.hash, d.nature, d.numero, d.academie, d.premier_jour, d.correlation_id, d.le,
       coalesce(r.le, d.le), d.le, CASE r.envoyee WHEN true THEN 'SENT' WHEN false THEN 'FAILED' ELSE 'SUPERSEDED' END,
       CASE WHEN r.envoyee THEN r.le END
FROM dite d LEFT JOIN rendu r USING (convocation_id, version)
WHERE d.version <= (SELECT max(x.version) FROM rendu x WHERE x.convocation_id = d.convocation_id)
RETURNING convocation_id, etat
"""
_FINISH = """
UPDATE notification n SET etat = CASE WHEN r.envoyee THEN 'SENT' ELSE 'FAILED' END, changee_le = r.le,
       envoyee_le = CASE WHEN r.envoyee THEN r.le ELSE n.envoyee_le END
FROM rendu r
WHERE n.convocation_id = r.convocation_id AND n.version = r.version AND n.jours = 0
  AND (r.envoyee AND n.etat <> 'SENT' OR NOT r.envoyee AND n.etat NOT IN ('FAILED', 'BOUNCED'))
RETURNING n.convocation_id, n.etat
"""
_SUPERSEDE = """
UPDATE notification n SET etat = 'SUPERSEDED', changee_le = $1
WHERE n.etat IN ('PENDING', 'SENDING') AND n.jours = 0
  AND n.version < (SELECT max(r.version) FROM rendu r WHERE r.convocation_id = n.convocation_id)
"""
_WAITING = """
SELECT d.convocation_id::text AS id FROM dite d
WHERE d.version > coalesce((SELECT max(r.version) FROM rendu r WHERE r.convocation_id = d.convocation_id), 0)
UNION SELECT convocation_id::text FROM notification WHERE etat IN ('PENDING', 'SENDING') AND jours = 0 ORDER BY 1
"""
_COUNT_REPORTS_ON = f"""
INSERT INTO compte_rendu (convocation_id, version) SELECT id, version FROM vu WHERE topic = '{NOTIFICATION}'
ON CONFLICT (convocation_id) DO UPDATE SET version = excluded.version WHERE compte_rendu.version < excluded.version
"""
# A mail asked for again has gone out when its convocation was reported later; an answer reports nothing.
_DONE = """
INSERT INTO courriel_demande (convocation_id, version, hash)
SELECT DISTINCT ON (convocation_id) convocation_id, version, hash FROM demande d
WHERE d.renvoi AND d.le < (SELECT max(r.le) FROM rendu r WHERE r.convocation_id = d.convocation_id)
ORDER BY convocation_id, version DESC
ON CONFLICT (convocation_id) DO UPDATE SET version = excluded.version, hash = excluded.hash
WHERE courriel_demande.version < excluded.version
"""
_HELD = {
    CONVOCATION: """SELECT convocation_id AS id, max(version) AS version FROM notification
                    WHERE convocation_id > $1 AND jours = 0 GROUP BY 1 ORDER BY 1 LIMIT $2""",
    COURRIEL: """SELECT convocation_id AS id, version FROM courriel_demande
                 WHERE convocation_id > $1 ORDER BY 1 LIMIT $2""",
}


class Rendu(NamedTuple):
    """What became of the mail of a version, as it was told."""

    convocation_id: UUID
    version: int
    envoyee: bool
    le: datetime


class Dite(NamedTuple):
    """A version of a convocation, as its event told it."""

    convocation_id: str
    version: int
    hash: str
    nature: str
    numero: str
    academie: str
    premier_jour: date
    correlation_id: str
    le: datetime


class Demande(NamedTuple):
    """A mail that convocation asked for."""

    convocation_id: str
    version: int
    hash: str
    renvoi: bool
    le: datetime


class Notee(Row):
    """A row whose mail has a result now."""

    convocation_id: UUID
    etat: str


class Nommee(Row):
    """A convocation."""

    id: str


class Tenue(Row):
    """The version that this database has of an aggregate of convocation."""

    id: UUID
    version: int


async def begin(connection: Connection) -> None:
    """The transaction's tables of what was told."""
    await connection.execute(_TABLES)


async def add_rendus(connection: Connection, rows: Sequence[Rendu]) -> None:
    """In their order: the last one about a version counts."""
    last = {(row.convocation_id, row.version): row for row in rows}
    await _add(connection, _ADD_RENDUS, list(last.values()))


async def add_dites(connection: Connection, rows: Sequence[Dite]) -> None:
    """Keep the versions that this database does not know."""
    await _add(connection, _ADD_DITES, rows)


async def add_demandes(connection: Connection, rows: Sequence[Demande]) -> None:
    await _add(connection, _ADD_DEMANDES, rows)


async def note(connection: Connection, now: datetime) -> list[Notee]:
    """Results that were told are recorded; returns their rows, without those that another one supersedes."""
    noted = await connection.fetch(_NOTE, record_class=Notee)
    finished = await connection.fetch(_FINISH, record_class=Notee)
    await connection.execute(_SUPERSEDE, now)
    await connection.execute(_COUNT_REPORTS_ON)
    await connection.execute(_DONE)
    return [row for row in [*noted, *finished] if row.etat != "SUPERSEDED"]


async def waiting(connection: Connection) -> list[str]:
    """Convocations of which no result was told: their mail goes out."""
    return [row.id for row in await connection.fetch(_WAITING, record_class=Nommee)]


async def held(connection: Connection, topic: str, after: UUID, size: int) -> list[Tenue]:
    """The next `size` aggregates of `topic` that this database has, after the id `after`."""
    return await connection.fetch(_HELD[topic], after, size, record_class=Tenue)


async def _add(connection: Connection, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        await connection.execute(statement, *map(list, zip(*rows, strict=True)))
