"""SQL of the measures: one statement for all académies."""

from datetime import datetime

from chassis.database import Connection, Row
from convocation.ouvertures.reads import TIENT

# An établissement counts once a session; the most specific decision holds, and without any it is closed (R12, R13).
_ACADEMIES = f"""
WITH lieux AS (SELECT DISTINCT academie, session, uai FROM mission WHERE status = 'ACTIVE'),
ouvertures AS (
    SELECT l.academie, count(*) AS etablissements, count(*) FILTER (WHERE d.tient) AS ouverts
    FROM lieux l LEFT JOIN LATERAL (
        SELECT {TIENT.format(now="$1")} AS tient FROM ouverture o
        WHERE o.session = l.session AND o.par <> '' AND (o.portee, o.code) IN
              (('ETABLISSEMENT', l.uai), ('ACADEMIE', l.academie), ('NATIONALE', '*'))
        ORDER BY CASE o.portee WHEN 'ETABLISSEMENT' THEN 1 WHEN 'ACADEMIE' THEN 2 ELSE 3 END LIMIT 1) AS d ON true
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
