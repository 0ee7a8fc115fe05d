"""SQL of a session's progress: today's counts kept, days read (0063)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from chassis.database import Connection, Row
from convocation.avancement.domain import Comptes, Groupement, Jour
from convocation.missions.reads import NON_ARCHIVEE

_ONE_AT_A_TIME = 430  # of this database's advisory locks, the one of this table
# An archive stays as it was. A group that has no mission any more is counted too: else its last numbers would stay.
_COUNT = f"""
WITH groupes AS (
    SELECT session, academie, left(uai, 3) AS departement, coalesce(sum(besoin) FILTER (WHERE active), 0) AS attendus
    FROM etat_tenu WHERE {NON_ARCHIVEE} GROUP BY 1, 2, 3
    UNION ALL
    SELECT DISTINCT session, academie, departement, 0 FROM avancement WHERE {NON_ARCHIVEE}
), places AS (
    SELECT session, academie, departement, sum(attendus) AS attendus FROM groupes GROUP BY 1, 2, 3
), faits AS (
    SELECT m.session, m.academie, left(m.uai, 3) AS departement, count(*) AS convoques, count(p.version) AS lus,
           count(*) FILTER (WHERE a.etat = 'ACCEPTEE') AS acceptes
    FROM convocation c
    JOIN mission m USING (mission_id)
    LEFT JOIN prise_de_connaissance p ON p.convocation_id = c.convocation_id AND p.version = c.version
    LEFT JOIN acces a ON a.convocation_id = c.convocation_id AND a.convocation_version = c.version
    WHERE c.status = 'ACTIVE' AND m.status = 'ACTIVE' AND {NON_ARCHIVEE}
    GROUP BY 1, 2, 3
)
INSERT INTO avancement (session, academie, departement, jour, attendus, convoques, lus, acceptes, vu_le)
SELECT session, academie, departement, coalesce(z.jour, $3), attendus,
       coalesce(convoques, 0), coalesce(lus, 0), coalesce(acceptes, 0), $4
FROM places LEFT JOIN faits USING (session, academie, departement)
LEFT JOIN unnest($1::text[], $2::date[]) AS z (academie, jour) USING (academie)
ON CONFLICT (session, academie, departement, jour) DO UPDATE SET
    attendus = excluded.attendus, convoques = excluded.convoques, lus = excluded.lus, acceptes = excluded.acceptes,
    vu_le = excluded.vu_le
"""
# Every group on every day since its own first one: where clocks differ, or a process stood still, its last row holds.
# By what a day added, not by joining days with rows: a third less.
_DAYS = """
WITH pas AS (
    SELECT jour, {cle} AS cle, attendus - lag(attendus, 1, 0) OVER avant AS attendus,
           convoques - lag(convoques, 1, 0) OVER avant AS convoques,
           lus - lag(lus, 1, 0) OVER avant AS lus, acceptes - lag(acceptes, 1, 0) OVER avant AS acceptes
    FROM avancement
    WHERE session = $1 AND ($2::text[] IS NULL OR academie = ANY ($2)) AND ($3::text IS NULL OR departement = $3)
    WINDOW avant AS (PARTITION BY academie, departement ORDER BY jour)
), faits AS MATERIALIZED (
    SELECT jour, cle, sum(attendus)::int AS attendus, sum(convoques)::int AS convoques,
           sum(lus)::int AS lus, sum(acceptes)::int AS acceptes
    FROM pas GROUP BY 1, 2
)
SELECT jour, cle, (sum(attendus) OVER depuis)::int AS attendus, (sum(convoques) OVER depuis)::int AS convoques,
       (sum(lus) OVER depuis)::int AS lus, (sum(acceptes) OVER depuis)::int AS acceptes
FROM (SELECT DISTINCT jour FROM faits) AS j
JOIN (SELECT cle, min(jour) AS debut FROM faits GROUP BY 1) AS c ON c.debut <= j.jour
LEFT JOIN faits USING (jour, cle)
WINDOW depuis AS (PARTITION BY cle ORDER BY jour) ORDER BY 1, 2
"""
_SEEN = """
SELECT max(vu_le) AS vu_le FROM avancement
WHERE session = $1 AND ($2::text[] IS NULL OR academie = ANY ($2))
"""


class _Ligne(Row):
    jour: date
    cle: str
    attendus: int
    convoques: int
    lus: int
    acceptes: int


async def count(connection: Connection, today: Mapping[str, date], ailleurs: date, now: datetime) -> bool:
    """Count today's rows again; `today`: each académie's day, `ailleurs`: that of any other code.

    In a transaction; False where another process is at it.
    """
    alone: bool = await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _ONE_AT_A_TIME)
    if alone:
        await connection.execute(_COUNT, list(today), list(today.values()), ailleurs, now)
    return alone


async def days(
    connection: Connection, par: Groupement, session: str, academies: Sequence[str] | None, departement: str | None
) -> list[Jour]:
    """The first day first; None is no restriction."""
    query = _DAYS.format(cle=par.value)
    rows = await connection.fetch(query, session, academies, departement, record_class=_Ligne)
    return [Jour(row.jour, row.cle, Comptes(row.attendus, row.convoques, row.lus, row.acceptes)) for row in rows]


async def seen(connection: Connection, session: str, academies: Sequence[str] | None) -> datetime | None:
    """When the latest counts were made."""
    found: datetime | None = await connection.fetchval(_SEEN, session, academies)
    return found
