"""SQL of the reminders."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from chassis.database import Connection

# The nearest reminder whose day has come, of versions that were mailed before that day and that nothing has replaced.
_PLAN = """
INSERT INTO notification (convocation_id, version, jours, hash, nature, numero, academie, premier_jour, correlation_id,
                          recue_le, changee_le, pas_avant)
SELECT n.convocation_id, n.version, r.jours, '', 'RAPPEL', n.numero, n.academie, n.premier_jour, n.correlation_id,
       $4, $4, $4
FROM notification n
JOIN unnest($1::text[], $2::date[], $3::timestamptz[]) AS a (academie, jour, minuit) ON a.academie = n.academie
CROSS JOIN LATERAL (SELECT min(j) AS jours FROM unnest($5::int[]) AS j WHERE n.premier_jour - a.jour <= j) AS r
WHERE n.etat = 'SENT' AND n.jours = 0 AND n.nature <> 'ANNULATION' AND n.premier_jour > a.jour
  AND n.premier_jour BETWEEN $6::date AND $7::date AND r.jours IS NOT NULL
  AND n.envoyee_le < a.minuit - make_interval(days => a.jour - (n.premier_jour - r.jours))
  AND NOT EXISTS (SELECT FROM notification h
                  WHERE h.convocation_id = n.convocation_id AND h.jours = 0 AND h.version > n.version)
ON CONFLICT DO NOTHING
"""


async def plan(connection: Connection, midnights: Mapping[str, datetime], jours: Sequence[int], now: datetime) -> int:
    """`midnights`: when the present day began, by académie. Each reminder of a version is planned once."""
    days = [moment.date() for moment in midnights.values()]
    if not jours:
        return 0
    first, last = min(days), max(days)
    done = await connection.execute(
        _PLAN, list(midnights), days, list(midnights.values()), now, jours, first, last + timedelta(days=max(jours))
    )
    return int(done.rpartition(" ")[2])
