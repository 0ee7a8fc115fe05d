"""SQL of the sessions: those that are declared, and those that nobody declared and that have missions waiting."""

from collections.abc import Mapping
from datetime import date, datetime

from chassis.database import Connection, Row
from convocation.ouvertures.reads import TIENT

_SESSIONS = f"""
SELECT s.session, s.libelle, s.debut, s.fin, s.version, s.archivee_le, l.lycees, l.academies, o.ouvert, o.ouvrira,
       o.decide
FROM session_declaree s
CROSS JOIN LATERAL (SELECT count(*)::int AS lycees, count(DISTINCT l.academie)::int AS academies
                    FROM lieu_de_session l WHERE l.session = s.session) AS l
CROSS JOIN LATERAL (SELECT coalesce(bool_or({TIENT.format(now="$1")}), false) AS ouvert,
                           coalesce(bool_or(o.ouverte AND o.debut > $1::timestamptz), false) AS ouvrira,
                           count(*) > 0 AS decide
                    FROM ouverture o WHERE o.session = s.session AND o.par <> '') AS o
WHERE $2::text IS NULL OR s.session = $2
ORDER BY s.session DESC
"""
_NON_DECLAREES = """
SELECT session, count(DISTINCT uai)::int AS lycees, count(*)::int AS missions FROM mission_en_quarantaine
GROUP BY session ORDER BY session DESC
"""
_DECLARE = """
INSERT INTO session_declaree (session, libelle, debut, fin, par, le) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING RETURNING session
"""
_CHANGE = "UPDATE session_declaree SET libelle = $2, debut = $3, fin = $4, version = version + 1 WHERE session = $1"

_A_VENIR = """
SELECT count(*)::int FROM convocation c JOIN mission m USING (mission_id)
LEFT JOIN unnest($2::text[], $3::date[]) AS z (academie, jour) USING (academie)
WHERE m.session = $1 AND c.status = 'ACTIVE'
  AND (SELECT max(jour) FROM unnest(c.dates) AS jour) >= coalesce(z.jour, $4)
"""
_ARCHIVE = "UPDATE session_declaree SET archivee_le = $3, archivee_par = $2, version = version + 1 WHERE session = $1"
# A draft holds numbers of people until the mission is convoked, which it never will be now.
_BROUILLONS = "DELETE FROM brouillon WHERE mission_id IN (SELECT mission_id FROM mission WHERE session = $1)"

# greatest and least leave nulls out.
_ACADEMIES = """
SELECT greatest(a.debut, s.debut) AS debut, least(a.fin, s.fin) AS fin, a.debut AS debut_propre, a.fin AS fin_propre
FROM session_declaree s LEFT JOIN session_academie a ON a.session = s.session AND a.academie = $2
WHERE s.session = $1
"""
_DATE = """
INSERT INTO session_academie (session, academie, debut, fin, par, le) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (session, academie) DO UPDATE
SET debut = excluded.debut, fin = excluded.fin, par = excluded.par, le = excluded.le
"""

_DATEES = """
SELECT coalesce(a.academie, o.code) AS academie, a.debut, a.fin, o.fin AS ferme_le
FROM (SELECT * FROM session_academie WHERE session = $1) AS a
FULL JOIN (SELECT code, fin FROM ouverture WHERE session = $1 AND propre) AS o ON o.code = a.academie
WHERE a.debut IS NOT NULL OR a.fin IS NOT NULL OR o.fin IS NOT NULL ORDER BY 1
"""


class DateeRow(Row):
    """What an académie has said for itself of a session."""

    academie: str
    debut: date | None
    fin: date | None
    ferme_le: datetime | None


class JoursRow(Row):
    """The days that hold in an académie: its own (`…_propre`) inside the nation's."""

    debut: date | None
    fin: date | None
    debut_propre: date | None
    fin_propre: date | None


class SessionRow(Row):
    """A declared session. `ouvert`, `ouvrira`, `decide`: of the decisions on its opening, taken together."""

    session: str
    libelle: str
    debut: date | None
    fin: date | None
    version: int
    archivee_le: datetime | None
    lycees: int
    academies: int
    ouvert: bool
    ouvrira: bool
    decide: bool


class NonDeclaree(Row):
    """A session that nobody declared, and what waits for it."""

    session: str
    lycees: int
    missions: int


async def sessions(connection: Connection, now: datetime) -> list[SessionRow]:
    """All that are declared, the latest first."""
    return await connection.fetch(_SESSIONS, now, None, record_class=SessionRow)


async def get(connection: Connection, session: str, now: datetime, *, lock: bool = False) -> SessionRow | None:
    """One; `lock` keeps it until the end of the transaction."""
    if lock:
        await connection.execute("SELECT FROM session_declaree WHERE session = $1 FOR UPDATE", session)
    return await connection.fetchrow(_SESSIONS, now, session, record_class=SessionRow)


async def non_declarees(connection: Connection) -> list[NonDeclaree]:
    """The latest first."""
    return await connection.fetch(_NON_DECLAREES, record_class=NonDeclaree)


async def declare(
    connection: Connection,
    session: str,
    libelle: str,
    debut: date | None,
    fin: date | None,
    *,
    par: str,
    le: datetime,
) -> bool:
    """Whether it was not declared before. Its missions come out of the quarantine (migration 0400)."""
    return await connection.fetchval(_DECLARE, session, libelle, debut, fin, par, le) is not None


async def jours(connection: Connection, session: str, academie: str) -> JoursRow:
    """Of a declared session."""
    row = await connection.fetchrow(_ACADEMIES, session, academie, record_class=JoursRow)
    assert row is not None, "the session is declared"
    return row


async def datees(connection: Connection, session: str) -> list[DateeRow]:
    """The académies with dates of their own."""
    return await connection.fetch(_DATEES, session, record_class=DateeRow)


async def date_academie(
    connection: Connection, session: str, academie: str, debut: date | None, fin: date | None, *, par: str, le: datetime
) -> None:
    """The académie's own days; None: the nation's."""
    await connection.execute(_DATE, session, academie, debut, fin, par, le)


async def a_venir(connection: Connection, session: str, ici: Mapping[str, date], ailleurs: date) -> int:
    """Convocations that hold, with a day that is not over; `ici`: each académie's day, `ailleurs`: any other code's."""
    found: int = await connection.fetchval(_A_VENIR, session, list(ici), list(ici.values()), ailleurs)
    return found


async def archive(connection: Connection, session: str, *, par: str, le: datetime) -> None:
    """Of a session that is locked; its drafts are erased."""
    await connection.execute(_BROUILLONS, session)
    await connection.execute(_ARCHIVE, session, par, le)


async def change(connection: Connection, session: str, libelle: str, debut: date | None, fin: date | None) -> None:
    """Of a session that is locked."""
    await connection.execute(_CHANGE, session, libelle, debut, fin)
