"""SQL of the measures: one statement for all académies."""

from datetime import datetime

from chassis.database import Connection, Row
from convocation.ouvertures.reads import TIENT

# An établissement counts once a session; the most specific decision holds, and without any it is closed (R12, R13).
# A row that nobody decided (`par` empty) only locks.
_ACADEMIES = f"""
WITH decisions AS (SELECT session, portee, code, {TIENT.format(now="$1")} AS tient FROM ouverture o WHERE par <> ''),
lieux AS (SELECT DISTINCT academie, session, uai FROM mission WHERE status = 'ACTIVE'),
ouvertures AS (
    SELECT l.academie, count(*) AS etablissements,
           count(*) FILTER (WHERE coalesce(e.tient, a.tient, n.tient)) AS ouverts
    FROM lieux l
    LEFT JOIN decisions e ON e.session = l.session AND e.portee = 'ETABLISSEMENT' AND e.code = l.uai
    LEFT JOIN decisions a ON a.session = l.session AND a.portee = 'ACADEMIE' AND a.code = l.academie
    LEFT JOIN decisions n ON n.session = l.session AND n.portee = 'NATIONALE'
    GROUP BY l.academie),
convocations AS (
    SELECT m.academie, count(*) FILTER (WHERE c.status = 'ACTIVE') AS actives,
           count(*) FILTER (WHERE c.status = 'CANCELLED') AS annulees
    FROM convocation c JOIN mission m USING (mission_id) GROUP BY m.academie)
SELECT academie, coalesce(etablissements, 0) AS etablissements, coalesce(ouverts, 0) AS ouverts,
       coalesce(actives, 0) AS actives, coalesce(annulees, 0) AS annulees
FROM ouvertures FULL JOIN convocations USING (academie)
"""


class Mesure(Row):
    """An académie: établissements (once a session), those that are open, convocations that stand or are cancelled."""

    academie: str
    etablissements: int
    ouverts: int
    actives: int
    annulees: int


async def mesures(connection: Connection, now: datetime) -> list[Mesure]:
    """Of every académie with a mission or a convocation."""
    return await connection.fetch(_ACADEMIES, now, record_class=Mesure)
