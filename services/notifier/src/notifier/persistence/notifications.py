"""SQL of the queue: the guard, what is to be told to whom, and what is due."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from chassis.cloudevents import Event
from chassis.database import Connection, Row, copy_new
from chassis.guard import Known
from event_schemas import catalogue
from event_schemas.convocations import Convocation
from notifier.domain.notification import Connu, Etat, settled

NATURES = {
    catalogue.INTERVENANT_CONVOQUE: "CONVOCATION",
    catalogue.CONVOCATION_CHANGED: "MODIFICATION",
    catalogue.CONVOCATION_CANCELLED: "ANNULATION",
}
"""What each event of a convocation tells the person."""

_KNOWN = """
SELECT n.convocation_id, n.version, n.hash FROM notification n
WHERE n.convocation_id = ANY($1::uuid[]) AND n.jours = 0 ORDER BY n.convocation_id, n.version FOR UPDATE
"""
_WAITING_SINCE = """
SELECT numero, min(recue_le) AS depuis FROM notification
WHERE numero = ANY($1::text[]) AND etat = 'PENDING' AND jours = 0 GROUP BY numero
"""
_COLUMNS = (
    "convocation_id",
    "version",
    "hash",
    "nature",
    "numero",
    "academie",
    "premier_jour",
    "correlation_id",
    "traceparent",
    "recue_le",
    "changee_le",
    "pas_avant",
)
_SUPERSEDE = """
UPDATE notification n SET etat = 'SUPERSEDED', changee_le = $2
WHERE n.convocation_id = ANY($1::uuid[]) AND n.etat || '' = 'PENDING'
  AND EXISTS (SELECT FROM notification h WHERE h.convocation_id = n.convocation_id AND h.version > n.version)
"""
# People none of whose changes still settles or pauses; a mail of uncertain fate goes again before anything later.
# OFFSET 0: person by person through the index. As a join, where statistics are of an hour when nothing waited, each row
# was compared with each: 0.5 s a round for 1,200 rows, in the square of their number.
_DUE = """
SELECT n.convocation_id, n.version, n.jours, n.nature, n.numero, n.academie, n.premier_jour, n.etat, n.mail_id,
       n.essais, n.recue_le, n.traceparent, n.demande, dite.version AS dite, dite.nature AS dite_nature,
       EXISTS (SELECT FROM notification f WHERE f.convocation_id = n.convocation_id AND f.jours = 0
               AND f.version < n.version AND f.etat IN ('FAILED', 'BOUNCED') AND f.nature <> 'ANNULATION'
               AND f.version > coalesce(dite.version, 0)) AS en_echec
FROM (SELECT DISTINCT numero FROM (
        SELECT numero FROM notification d
        WHERE d.etat IN ('PENDING', 'SENDING') AND d.pas_avant <= $1 AND d.academie <> ALL($2::text[])
          AND d.numero NOT IN (SELECT unnest($4::text[]))
          AND NOT EXISTS (SELECT FROM notification o
                          WHERE o.numero = d.numero AND o.etat IN ('PENDING', 'SENDING') AND o.pas_avant > $1
                            AND (d.etat = 'PENDING' OR o.etat = 'SENDING') OFFSET 0)
        ORDER BY d.pas_avant, d.numero LIMIT $3) AS first) AS due
CROSS JOIN LATERAL (SELECT * FROM notification m WHERE m.numero = due.numero
                    AND m.etat IN ('PENDING', 'SENDING') AND m.pas_avant <= $1 OFFSET 0) AS n
LEFT JOIN LATERAL (SELECT t.version, t.nature FROM notification t
                   WHERE t.convocation_id = n.convocation_id AND t.jours = 0 AND t.version < n.version
                     AND t.etat IN ('SENDING', 'SENT') ORDER BY t.version DESC LIMIT 1) AS dite ON true
ORDER BY n.numero, n.premier_jour, n.convocation_id, n.jours
"""


_WAITING = """
SELECT count(*) AS waiting, coalesce(extract(epoch FROM $1 - min(recue_le)), 0)::float8 AS age
FROM notification WHERE etat IN ('PENDING', 'SENDING')
"""


class Key(NamedTuple):
    """One row: a version of a convocation (`jours` 0), its reminder so many days before, or an answer (below 0)."""

    convocation_id: UUID
    version: int
    jours: int


class Due(NamedTuple):
    """A row whose time has come. `essais`: how often SMTP was begun for it; `demande`: which request restarted it."""

    key: Key
    nature: str
    numero: str
    academie: str
    premier_jour: date | None
    etat: Etat
    mail_id: UUID | None
    essais: int
    recue_le: datetime
    traceparent: str | None
    demande: int
    connu: Connu

    @property
    def item(self) -> tuple[UUID, int, int]:
        """Of which the mail's identity is made: one asked for again is another, or mailboxes would drop it."""
        return self.key.convocation_id, self.key.version, self.key.jours or -self.demande


class Change(NamedTuple):
    """One version of a convocation as its event tells it."""

    event: Event[Convocation]
    nature: str
    numero: str
    academie: str
    premier_jour: date


class Waiting(Row):
    """How many rows are not told yet, and for how many seconds the oldest (`age`)."""

    waiting: int
    age: float


class _KnownRow(Row):
    convocation_id: UUID
    version: int
    hash: str


class _Depuis(Row):
    numero: str
    depuis: datetime


class _Due(Row):
    convocation_id: UUID
    version: int
    jours: int
    nature: str
    numero: str
    academie: str
    premier_jour: date | None
    etat: str
    mail_id: UUID | None
    essais: int
    recue_le: datetime
    traceparent: str | None
    demande: int
    dite: int | None
    dite_nature: str | None
    en_echec: bool


async def known(connection: Connection, convocations: list[str]) -> dict[str, Known]:
    """The highest version held of each convocation, its rows locked."""
    rows = await connection.fetch(_KNOWN, convocations, record_class=_KnownRow)
    return {str(row.convocation_id): Known(row.version, row.hash) for row in rows}


async def add(connection: Connection, changes: Sequence[Change], now: datetime, settling: timedelta) -> None:
    """One row a version, to go out when its person's changes have settled; what it supersedes is marked so."""
    since = await _waiting_since(connection, [one.numero for one in changes])
    rows = [
        (
            one.event.aggregate,
            one.event.version,
            one.event.hash,
            one.nature,
            one.numero,
            one.academie,
            one.premier_jour,
            one.event.correlation_id,
            one.event.cause.traceparent,
            now,
            now,
            settled(now, since.get(one.numero, now), settling),
        )
        for one in changes
    ]
    await copy_new(connection, "notification", _COLUMNS, rows)
    await supersede(connection, [one.event.aggregate for one in changes], now)


async def _waiting_since(connection: Connection, numeros: Sequence[str]) -> Mapping[str, datetime]:
    rows = await connection.fetch(_WAITING_SINCE, numeros, record_class=_Depuis)
    return {row.numero: row.depuis for row in rows}


async def supersede(connection: Connection, convocations: Sequence[str | UUID], now: datetime) -> None:
    """Of these convocations, what has not gone out and is not the highest version will not."""
    await connection.execute(_SUPERSEDE, convocations, now)


async def due(
    connection: Connection, now: datetime, quiet: Sequence[str], limit: int, held: Sequence[str]
) -> list[Due]:
    """All rows to tell now of about `limit` rows' people, person by person; nobody `held` or in a `quiet` académie."""
    return [_due(row) for row in await connection.fetch(_DUE, now, quiet, limit, held, record_class=_Due)]


def _due(row: _Due) -> Due:
    return Due(
        key=Key(row.convocation_id, row.version, row.jours),
        nature=row.nature,
        numero=row.numero,
        academie=row.academie,
        premier_jour=row.premier_jour,
        etat=Etat(row.etat),
        mail_id=row.mail_id,
        essais=row.essais,
        recue_le=row.recue_le,
        traceparent=row.traceparent,
        demande=row.demande,
        connu=Connu(row.dite, row.dite_nature not in {None, "ANNULATION"}, row.en_echec),
    )


async def waiting(connection: Connection, now: datetime) -> Waiting:
    """What is not told yet."""
    row = await connection.fetchrow(_WAITING, now, record_class=Waiting)
    assert row is not None
    return row
