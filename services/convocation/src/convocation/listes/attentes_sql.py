"""SQL of what waits for SANTORIN, or was refused by it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Connection
from convocation.listes.attente import Attente

_WAITING = """
SELECT count(*) FILTER (WHERE v.le < $2 AND a.etat IS DISTINCT FROM 'ACCEPTEE' AND a.etat IS DISTINCT FROM 'REJETEE')
           AS sans_reponse,
       min(v.le) FILTER (WHERE v.le < $2 AND a.etat IS DISTINCT FROM 'ACCEPTEE' AND a.etat IS DISTINCT FROM 'REJETEE')
           AS depuis,
       count(*) FILTER (WHERE a.etat = 'REJETEE') AS refusees,
       coalesce(array_agg(DISTINCT (m.libelle, m.voie, m.mission_id)) FILTER (WHERE a.etat = 'REJETEE'), '{}')
           AS missions
FROM convocation c JOIN mission m USING (mission_id)
JOIN convocation_version v ON v.convocation_id = c.convocation_id AND v.version = c.version
LEFT JOIN acces a ON a.convocation_id = c.convocation_id AND a.convocation_version = c.version
WHERE c.status = 'ACTIVE' AND
"""


async def of_mission(connection: Connection, mission_id: UUID, before: datetime) -> Attente:
    """On one mission; `before`: what was written then or later has not waited too long yet."""
    return _attente(await connection.fetchrow(f"{_WAITING} c.mission_id = $1", mission_id, before))


async def of_etablissements(connection: Connection, uais: Sequence[str], before: datetime) -> Attente:
    """On all missions of these établissements."""
    return _attente(await connection.fetchrow(f"{_WAITING} m.uai = ANY($1::text[])", uais, before))


def _attente(row: Any) -> Attente:
    missions = {mission_id: (libelle, voie) for libelle, voie, mission_id in row["missions"]}
    return Attente(row["sans_reponse"], row["depuis"], row["refusees"], missions)
